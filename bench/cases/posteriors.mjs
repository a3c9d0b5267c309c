import { sizes, trainingWarmUpSeconds } from './sizes.mjs';

/** What a full covariance costs in training: the peer is our own diagonal step. */
export function posteriors({ digits }) {
  const contestant = (model, label) => ({
    kind: 'node',
    module: './rootsigma/training-step.mjs',
    options: { data: digits, sizes, model, label },
    label: `rootsigma, ${label}`,
  });
  const diagonal = { ...contestant({ posterior: 'diagonal' }, 'diagonal posterior'), target: 1.3 };
  return ['symmetric', 'cholesky'].map((root) => ({
    name: `posterior-${root}`,
    title: `Training step with a full posterior, ${root} root`,
    unit: 'a step',
    warmUpSeconds: trainingWarmUpSeconds,
    ours: contestant({ posterior: 'full', root }, `full posterior, ${root} root`),
    peers: [diagonal],
  }));
}
