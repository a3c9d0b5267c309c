import { sizes, threadCounts, threadEnvironment } from './sizes.mjs';

/** −log p(x) by importance sampling: 500 draws of 1,000 images. */
export function nll({ digits }) {
  const options = { data: digits, sizes, examples: 1000, samples: 500 };
  const ours = { kind: 'node', module: './rootsigma/nll.mjs', options, label: 'rootsigma' };
  return {
    name: 'nll',
    title: 'Importance-sampled NLL, 784-400-20, 1,000 images, 500 draws each',
    unit: 'an evaluation',
    ours,
    peers: [
      { ...ours, options: { ...options, threads: 1 }, label: 'rootsigma, 1 thread' },
      ...threadCounts().map((threads) => ({
        kind: 'python',
        module: 'nll',
        options: { ...options, threads },
        env: threadEnvironment(threads),
        target: 0.55,
        label: `PyTorch, ${threads} threads`,
      })),
    ],
  };
}
