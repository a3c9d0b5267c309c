import { sizes, trainingWarmUpSeconds } from './sizes.mjs';

/** The same step in a page of Chromium, each contestant in a worker of its page; ours in Node beside it. */
export function trainingStepInPage({ digits }) {
  const options = { data: digits, sizes };
  const ours = { kind: 'page', module: 'rootsigma', options, label: 'page' };
  const peer = (module, backend, target) => ({
    kind: 'page',
    module,
    options: { ...options, backend },
    target,
    label: 'page',
  });
  return {
    name: 'page-training-step',
    title: 'Training step in Chromium, 784-400-20 diagonal VAE, batch 128',
    unit: 'a step',
    warmUpSeconds: trainingWarmUpSeconds,
    ours,
    peers: [
      { ...ours, options: { ...options, threads: 1 } },
      { kind: 'node', module: './rootsigma/training-step.mjs', options, label: 'rootsigma in Node' },
      peer('jax-js', 'wasm', 0.8),
      peer('jax-js', 'webgpu'),
      peer('tfjs', 'wasm', 0.33),
      peer('tfjs', 'webgl'),
      peer('tfjs', 'webgpu'),
    ],
  };
}
