import { NdArray } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { matmul, transpose } from '../linalg/index.ts';

/** Uniform numbers in (−1, 1) from a 32-bit seed: enough for test matrices, and independent of src/random. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    let x = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    x = (x ^ (x >>> 15)) >>> 0;
    return (x + 0.5) / 2 ** 31 - 1;
  };
}

export function randomMatrix(random: () => number, rows: number, columns: number): NdArray<'float64'> {
  return new NdArray(Float64Array.from({ length: rows * columns }, random), [rows, columns]);
}

/** An orthogonal matrix: a product of n random reflections. */
export function randomOrthogonal(random: () => number, n: number): NdArray<'float64'> {
  const q = identity(n);
  for (let step = 0; step < n; step++) {
    const v = Float64Array.from({ length: n }, random);
    const squares = v.reduce((sum, x) => sum + x * x, 0);
    for (let i = 0; i < n; i++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += (q.data[i * n + k] ?? 0) * (v[k] ?? 0);
      for (let k = 0; k < n; k++) q.data[i * n + k] = (q.data[i * n + k] ?? 0) - (2 * dot * (v[k] ?? 0)) / squares;
    }
  }
  return q;
}

export function identity(n: number): NdArray<'float64'> {
  return new NdArray(
    Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );
}

/** Q diag(eigenvalues) Qᵀ, symmetric to the bit, with a random Q. */
export function withEigenvalues(random: () => number, eigenvalues: readonly number[]): NdArray<'float64'> {
  const n = eigenvalues.length;
  const q = randomOrthogonal(random, n);
  const weighted = new NdArray(
    q.data.map((x, at) => x * (eigenvalues[at % n] ?? 0)),
    [n, n],
  );
  return symmetrized(matmul(weighted, transpose(q)));
}

/** (A + Aᵀ)/2. */
export function symmetrized(a: ArrayLikeInput): NdArray<'float64'> {
  const x = NdArray.from(a, 'float64');
  const y = transpose(x);
  return new NdArray(
    x.data.map((value, at) => (value + (y.data[at] ?? 0)) / 2),
    x.shape,
  );
}

/** n eigenvalues falling evenly on a log scale from 1 to 10^−decades. */
export function logSpaced(n: number, decades: number): number[] {
  return Array.from({ length: n }, (_, k) => 10 ** (n === 1 ? 0 : (-decades * k) / (n - 1)));
}

/** ‖a − b‖_F / ‖b‖_F, without overflow; ‖a‖_F when b = 0. */
export function relativeDistance(a: ArrayLikeInput, b: ArrayLikeInput): number {
  const x = NdArray.from(a, 'float64').data;
  const y = NdArray.from(b, 'float64').data;
  const scale = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1; // zero has no scale
  let gap = 0;
  let norm = 0;
  for (let i = 0; i < y.length; i++) {
    gap += ((x[i] ?? NaN) / scale - (y[i] ?? NaN) / scale) ** 2;
    norm += ((y[i] ?? NaN) / scale) ** 2;
  }
  return Math.sqrt(gap) / (norm === 0 ? 1 : Math.sqrt(norm));
}
