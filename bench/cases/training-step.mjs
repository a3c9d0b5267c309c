import { sizes, threadCounts, threadEnvironment, trainingWarmUpSeconds } from './sizes.mjs';

/** Forward, backward and Adam on a batch from memory, with fresh noise: the same work for everybody. */
export function trainingStep({ digits }) {
  const options = { data: digits, sizes };
  const ours = { kind: 'node', module: './rootsigma/training-step.mjs', options, label: 'rootsigma' };
  return {
    name: 'training-step',
    title: 'Training step, 784-400-20 diagonal VAE, batch 128',
    unit: 'a step',
    warmUpSeconds: trainingWarmUpSeconds,
    ours,
    peers: [
      { ...ours, options: { ...options, threads: 1 }, label: 'rootsigma, 1 thread' },
      ...threadCounts().map((threads) => ({
        kind: 'python',
        module: 'training_step',
        options: { ...options, threads },
        env: threadEnvironment(threads),
        target: 0.6,
        label: `PyTorch, ${threads} threads`,
      })),
      {
        kind: 'node',
        module: './javascript/training-step-jax-js.mjs',
        options,
        target: 0.1,
        label: 'jax-js',
      },
      {
        kind: 'node',
        module: './javascript/training-step-tfjs.mjs',
        options,
        target: 0.025,
        label: 'TensorFlow.js',
      },
    ],
  };
}
