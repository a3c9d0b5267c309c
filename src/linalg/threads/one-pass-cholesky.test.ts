import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../core/index.ts';
import { factorBatch } from '../../kernels/one-pass-cholesky.ts';
import { key, normal } from '../../random/index.ts';
import { cholesky } from '../cholesky.ts';
import { pivotTolerance, safeSpread } from '../thresholds.ts';
import { factorInOnePass } from './one-pass-cholesky.ts';

/** A Aᵀ + ½ I, symmetric to the bit. */
function definite(n: number, seed = 0): Float64Array {
  const a = normal(key(100 * seed + n), [n, n], { dtype: 'float64' }).data;
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 0.5 : 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!;
      product[i * n + j] = product[j * n + i] = sum;
    }
  }
  return product;
}

function batchOf(matrices: readonly Float64Array[], n: number): NdArray<'float64'> {
  const batch = NdArray.zeros([matrices.length, n, n], 'float64');
  for (const [i, matrix] of matrices.entries()) batch.data.set(matrix, i * n * n);
  return batch;
}

/** How many matrices the one pass takes before it stops, and what it wrote. */
function passOver(a: NdArray<'float64'>) {
  const [count = 0, n = 0] = a.shape;
  const factors = new Float64Array(a.size).fill(7);
  const tolerances = Float64Array.from({ length: n }, (_, row) => pivotTolerance(row));
  return { done: factorBatch(a.data, n, count, { factors, tolerances, spread: safeSpread }), factors };
}

const bits = ({ data }: NdArray) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
const outcome = (f: () => NdArray): string => {
  try {
    return bits(f());
  } catch (error) {
    return String(error);
  }
};

describe('factors in one pass', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 96, 97, 128])(
    'have the bits of cholesky, n = %i',
    (n) => {
      // Of many sizes, over more than one pass.
      const some = [0, 1, 2].map((seed) => definite(n, seed).map((value) => value * 3 ** (40 * (seed - 1))));
      const count = Math.ceil(20_000 / (n * n)) + 2;
      const a = batchOf(
        Array.from({ length: count }, (_, i) => some[i % 3]!),
        n,
      );
      const { done, factors } = passOver(a);
      expect(done).toBe(count);
      expect(bits(new NdArray(factors, a.shape, 'float64'))).toBe(bits(cholesky(a)));
      const single = new NdArray(Float32Array.from(a.data), a.shape, 'float32');
      expect(bits(factorInOnePass(single))).toBe(bits(cholesky(single)));
    },
  );

  const n = 9;
  const change = (edit: (matrix: Float64Array) => void) => {
    const matrix = definite(n, 5);
    edit(matrix);
    return matrix;
  };
  it.each([
    ['NaN', change((m) => m.fill(NaN, n * n - 1))],
    ['infinity on both sides', change((m) => (m[1] = m[n] = Infinity))],
    ['asymmetry by rounding, within', change((m) => (m[3 * n + 1]! *= 1 + 2 ** -52))],
    ['asymmetry by rounding, in the last row', change((m) => (m[n * n - 2]! *= 1 + 2 ** -52))],
    ['asymmetry', change((m) => (m[4] = 17))],
    ['a negative variance', change((m) => (m[0] = -1))],
    ['no positive definite matrix', change((m) => (m[1] = m[n] = 1e3))],
    ['a singular one', change((m) => m.fill(1))],
    ['variances far apart', change((m) => { m.forEach((value, at) => (m[at] = value * (at < n ? 2 ** 300 : 1) * (at % n === 0 ? 2 ** 300 : 1))); })], // prettier-ignore
    ['numbers near the largest', change((m) => { m.forEach((value, at) => (m[at] = value * 2 ** 1015)); })], // prettier-ignore
    ['numbers near the least', change((m) => { m.forEach((value, at) => (m[at] = value * 2 ** -1050)); })], // prettier-ignore
    ['nothing but zeros', change((m) => m.fill(0))],
  ])('leave %s to cholesky, and say where', (_, odd) => {
    // Two are factored at once: the first of such a pair, the second, and one that is left over.
    for (const place of [6, 7, 12]) {
      const matrices = Array.from({ length: 13 }, (_value, i) => (i === place ? odd : definite(n, i)));
      const a = batchOf(matrices, n);
      const { done, factors } = passOver(a);
      expect(done).toBe(place);
      expect(bits(new NdArray(factors.slice(0, place * n * n), [place, n, n], 'float64'))).toBe(
        bits(cholesky(batchOf(matrices.slice(0, place), n))),
      );
      expect(outcome(() => factorInOnePass(a))).toBe(outcome(() => cholesky(a)));
    }
  });

  it('have the bits of cholesky for the matrices of 60-digit arithmetic', () => {
    const file = new URL('../../../test/fixtures/sqrtmh.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly { readonly a: readonly (readonly number[])[] }[] }; // prettier-ignore
    expect(cases.length).toBeGreaterThan(10);
    for (const { a } of cases) expect(outcome(() => factorInOnePass(NdArray.from(a, 'float64')))).toBe(outcome(() => cholesky(a))); // prettier-ignore
  });
});
