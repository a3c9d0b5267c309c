import { availableParallelism } from 'node:os';

/** V8 compiles a training step's functions over its first 1,500 steps; everybody gets the time. */
export const trainingWarmUpSeconds = 5;

/** The model that every training benchmark trains. */
export const sizes = { inputSize: 784, hidden: 400, latent: 20, batchSize: 128, learningRate: 1e-3 };

/** Thread counts to try a library with: it runs at the one that suits it best. */
export function threadCounts() {
  const all = availableParallelism();
  return [...new Set([1, Math.ceil(all / 2), all])];
}

/** Both of OpenMP's and of OpenBLAS's threads, which are set when a process starts. */
export function threadEnvironment(threads) {
  const count = String(threads);
  return { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
}
