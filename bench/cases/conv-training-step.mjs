import { sizes as denseSizes, threadCounts, threadEnvironment, trainingWarmUpSeconds } from './sizes.mjs';

/** As the dense training step, with convolutions instead of the hidden layers. */
export function convTrainingStep({ digits }) {
  const sizes = { ...denseSizes, latent: 16 };
  const model = { shape: [28, 28], network: 'conv', channels: [32, 64], hidden: [] };
  const options = { data: digits, sizes, model };
  const ours = { kind: 'node', module: './rootsigma/training-step.mjs', options, label: 'rootsigma' };
  return {
    name: 'conv-training-step',
    title: 'Training step, 28 × 28, convolutions 32-64 (4 × 4, stride 2), latent 16, batch 128',
    unit: 'a step',
    warmUpSeconds: trainingWarmUpSeconds,
    ours,
    peers: [
      { ...ours, options: { ...options, threads: 1 }, label: 'rootsigma, 1 thread' },
      ...threadCounts().map((threads) => ({
        kind: 'python',
        module: 'conv_training_step',
        options: { data: digits, sizes, threads },
        env: threadEnvironment(threads),
        target: 0.8,
        label: `PyTorch, ${threads} threads`,
      })),
    ],
  };
}
