import { eighBatch } from '../kernels/index.ts';
import type { Spectrum } from './spectrum.ts';

/** Gives the matrices of `graded`, whose vectors are known on their support only, those outside. */
export function completeVectors({ vectors, ranks, graded }: Spectrum, n: number): void {
  for (const i of graded.keys()) complete(vectors.subarray(i * n * n, (i + 1) * n * n), n, n - ranks[i]!);
}

/** Fills the first `missing` columns: eigenvectors of the projector on what the others leave. */
function complete(vectors: Float64Array, n: number, missing: number): void {
  if (missing === 0) return;
  const projector = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = missing; k < n; k++) sum -= vectors[i * n + k]! * vectors[j * n + k]!;
      projector[i * n + j] = projector[j * n + i] = sum;
    }
  }
  const basis = new Float64Array(n * n);
  eighBatch(projector, n, 1, new Float64Array(n), basis);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < missing; k++) vectors[i * n + k] = basis[i * n + n - missing + k]!;
  }
}
