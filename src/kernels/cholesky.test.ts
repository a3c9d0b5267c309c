import { describe, expect, it } from 'vitest';
import { choleskyBatch } from './index.ts';

/** Row by row, each inner product in order: what the kernel must equal to the bit. */
function textbook(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = a[i * n + j]!;
      for (let k = 0; k < j; k++) value -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(value) : value / l[j * n + j]!;
    }
  }
  return l;
}

/** Diagonally dominant, with entries of many sizes. */
function definite(n: number, seed: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i === j ? n + seed : Math.sin((i + 1) * (j + 1) + seed);
  });
}

function factorize(a: Float64Array, n: number, count: number) {
  const factors = new Float64Array(a.length).fill(9);
  const tolerances = new Float64Array(n).map((_, row) => (row + 1) * 2 ** -53);
  return { factors, failed: choleskyBatch(a, n, count, { factors, tolerances }) };
}

describe('choleskyBatch', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 20, 33])('has the bits of the textbook loop, over several passes, n = %d', (n) => {
    const count = Math.ceil(40_000 / (n * n)) + 1;
    const single = [0, 1, 2].map((seed) => definite(n, seed));
    const a = new Float64Array(count * n * n);
    for (let i = 0; i < count; i++) a.set(single[i % 3]!, i * n * n);
    const { factors, failed } = factorize(a, n, count);
    expect(failed).toBeUndefined();
    const expected = single.map((matrix) => textbook(matrix, n));
    let differing = 0;
    factors.forEach((value, at) => {
      if (!Object.is(value, expected[Math.floor(at / (n * n)) % 3]![at % (n * n)])) differing++;
    });
    expect(differing).toBe(0);
  });

  it('reports the first pivot that fails', () => {
    const a = Float64Array.of(4, 2, 2, 5, 1, 2, 2, 1, -1, 0, 0, 1);
    expect(factorize(a, 2, 3).failed).toEqual({ matrix: 1, row: 1, value: -3 });
    expect(factorize(Float64Array.of(1, 1, 1, 1), 2, 1).failed).toEqual({ matrix: 0, row: 1, value: 0 });
    expect(factorize(Float64Array.of(NaN), 1, 1).failed).toEqual({ matrix: 0, row: 0, value: NaN });
  });

  it('finds a failure beyond the first pass', () => {
    const count = 40_000;
    const a = new Float64Array(count).fill(1);
    a[39_998] = -2;
    expect(factorize(a, 1, count).failed).toEqual({ matrix: 39_998, row: 0, value: -2 });
  });

  it('takes empty batches and matrices', () => {
    expect(factorize(new Float64Array(0), 3, 0).failed).toBeUndefined();
    expect(factorize(new Float64Array(0), 0, 2).failed).toBeUndefined();
  });
});
