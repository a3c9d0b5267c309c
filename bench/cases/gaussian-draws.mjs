import { threadCounts, threadEnvironment } from './sizes.mjs';

const n = 64;

/** A lower triangular factor with a positive diagonal: L[i, j] falls off with the distance from the diagonal. */
function scaleTril() {
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (j > i ? 0 : (1 + i / n) * 0.7 ** (i - j))),
  );
}

/** A million draws of a 64-dimensional Gaussian with a full covariance, all in memory at the end. */
export function gaussianDraws() {
  const options = { count: 1_000_000, mean: Array.from({ length: n }, (_, i) => i / n), scaleTril: scaleTril() };
  const python = (route, rest) => ({
    kind: 'python',
    module: 'gaussian_draws',
    options: { ...options, route },
    label: route === 'torch' ? 'PyTorch' : `numpy, ${route}`,
    ...rest,
  });
  const ours = { kind: 'node', module: './rootsigma/gaussian-draws.mjs', options, label: 'rootsigma' };
  return {
    name: 'gaussian-draws',
    title: 'A million draws of a full 64-dimensional Gaussian, float32',
    unit: 'a million draws',
    ours,
    peers: [
      { ...ours, options: { ...options, threads: 1 }, label: 'rootsigma, 1 thread' },
      python('cholesky', { target: 1 }),
      python('svd', { target: 1 }),
      python('by-hand'),
      ...threadCounts().map((threads) =>
        python('torch', { options: { ...options, route: 'torch', threads }, env: threadEnvironment(threads) }),
      ),
    ],
  };
}
