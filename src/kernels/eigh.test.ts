import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, ValueError } from '../core/index.ts';
import { divideByPairSumsBatch, eighBatch, positiveRootBatch } from './index.ts';

/** Deterministic numbers in [-1, 1). */
function numbers(length: number, seed: number): Float64Array {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return Float64Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return state / 2 ** 31;
  });
}

function symmetric(n: number, seed: number): Float64Array {
  const x = numbers(n * n, seed);
  return x.map((_, at) => (x[at]! + x[(at % n) * n + Math.floor(at / n)]!) / 2);
}

/** B Bᵀ / n for an n × rank matrix B, symmetric to the bit. */
function positive(n: number, seed: number, rank = n): Float64Array {
  const b = numbers(n * rank, seed);
  const row = (i: number): Float64Array => b.subarray(i * rank, (i + 1) * rank);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const other = row(at % n);
    return row(Math.floor(at / n)).reduce((sum, value, k) => sum + value * other[k]!, 0) / n;
  });
}

function product(n: number, a: Float64Array, b: Float64Array): Float64Array {
  return a.map((_, at) => {
    const i = Math.floor(at / n);
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + (at % n)]!;
    return sum;
  });
}

const transpose = (n: number, a: Float64Array): Float64Array => a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]!);
const norm = (a: Float64Array): number => Math.hypot(...a);
const distance = (a: Float64Array, b: Float64Array): number => norm(a.map((value, at) => value - b[at]!));
const identity = (n: number): Float64Array => Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) ? 0 : 1));
const diagonal = (values: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: values.length ** 2 }, (_, at) =>
    at % (values.length + 1) ? 0 : values[at / (values.length + 1)]!,
  );

function eigh(a: Float64Array, n: number, count = 1): { values: Float64Array; vectors: Float64Array } {
  const values = new Float64Array(count * n);
  const vectors = new Float64Array(count * n * n);
  eighBatch(a, n, count, values, vectors);
  return { values, vectors };
}

/** A = V Λ Vᵀ and VᵀV = I up to a few dozen roundings (1e-14 relative, √n times that in the Frobenius norm of I), ascending. */
function expectEigenpairs(a: Float64Array, n: number, { values, vectors }: ReturnType<typeof eigh>): void {
  const rebuilt = product(n, product(n, vectors, diagonal(values)), transpose(n, vectors));
  expect(distance(rebuilt, a)).toBeLessThanOrEqual(1e-14 * norm(a));
  expect(distance(product(n, transpose(n, vectors), vectors), identity(n))).toBeLessThan(1e-14 * Math.sqrt(n));
  for (let k = 1; k < n; k++) expect(values[k]!).toBeGreaterThanOrEqual(values[k - 1]!);
}

const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 31, 32, 33, 50];

describe('eighBatch', () => {
  it.each(sizes)('decomposes random matrices, n = %d', (n) => {
    for (let seed = 0; seed < 10; seed++) expectEigenpairs(symmetric(n, seed), n, eigh(symmetric(n, seed), n));
    expectEigenpairs(positive(n, 5, 1), n, eigh(positive(n, 5, 1), n));
  });

  it.each(sizes)('finds 2 − 2 cos(kπ/(n + 1)) of the second difference, n = %d', (n) => {
    const a = identity(n).map((_, at) => {
      const gap = Math.abs(Math.floor(at / n) - (at % n));
      return gap === 0 ? 2 : gap === 1 ? -1 : 0;
    });
    eigh(a, n).values.forEach((value, k) => {
      expect(Math.abs(value - (2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))))).toBeLessThan(4e-15 * Math.sqrt(n));
    });
  });

  it.each([1, 2, 3, 6, 9])('is exact for diagonal matrices, repeated values and zeros included, n = %d', (n) => {
    const entries = numbers(n, 3).map((value, k) => (k % 3 === 2 ? 0.5 : value));
    const { values, vectors } = eigh(diagonal(entries), n);
    expect([...values]).toEqual([...entries].sort((x, y) => x - y));
    expect([...vectors.map(Math.abs)].sort()).toEqual([...identity(n)].sort());
    expect([...eigh(new Float64Array(n * n), n).values]).toEqual(new Array(n).fill(0));
    expect([...eigh(identity(n), n).values]).toEqual(new Array(n).fill(1));
  });

  it.each([2, 3, 7, 20])('handles repeated eigenvalues: ones everywhere, and a reflection, n = %d', (n) => {
    const ones = new Float64Array(n * n).fill(1);
    expectEigenpairs(ones, n, eigh(ones, n));
    expect(eigh(ones, n).values.at(-1)).toBeCloseTo(n, 12);
    const reflection = identity(n).map((value, at) => value - ones[at]! * (2 / n));
    expectEigenpairs(reflection, n, eigh(reflection, n));
  });

  it.each([2, 3, 5, 12])('scales with powers of two to the bit, n = %d', (n) => {
    const a = symmetric(n, 8);
    const base = eigh(a, n);
    for (const factor of [4, 2 ** -30, 2 ** 60]) {
      const scaled = eigh(
        a.map((value) => value * factor),
        n,
      );
      expect(scaled.values).toEqual(base.values.map((value) => value * factor));
      expect(scaled.vectors).toEqual(base.vectors);
    }
  });

  it('keeps blocks far below the rest of the matrix', () => {
    // Squares of 1e-170 underflow; the vectors of the small block must still be orthonormal.
    const n = 6;
    const a = identity(n);
    for (const i of [0, 1, 2]) for (const j of [0, 1, 2]) a[i * n + j] = 1e-170 * (i === j ? 2 : 1);
    const { values, vectors } = eigh(a, n);
    expectEigenpairs(a, n, { values, vectors });
    expect([...values.subarray(3)]).toEqual([1, 1, 1]);
  });

  it.each([1, 2, 3, 4, 17])('gives a batch the bits of a loop, n = %d', (n) => {
    // Enough matrices for several passes through the workspace.
    const count = Math.ceil(80_000 / (n * n)) + 1;
    const single = Array.from({ length: 7 }, (_, seed) => symmetric(n, seed));
    const a = new Float64Array(count * n * n);
    for (let i = 0; i < count; i++) a.set(single[i % 7]!, i * n * n);
    const expected = single.map((matrix) => eigh(matrix, n));
    const { values, vectors } = eigh(a, n, count);
    let differing = 0;
    for (let i = 0; i < count; i++) {
      const { values: w, vectors: v } = expected[i % 7]!;
      if (w.some((value, k) => !Object.is(value, values[i * n + k]))) differing++;
      if (v.some((value, k) => !Object.is(value, vectors[i * n * n + k]))) differing++;
    }
    expect(differing).toBe(0);
  });

  it.each([64, 130])('takes larger ones, whole and in a batch, n = %d', (n) => {
    const a = new Float64Array(Array.from({ length: 6 }, (_, seed) => [...symmetric(n, seed)]).flat());
    const batch = eigh(a, n, 6);
    for (const i of [0, 5]) {
      const matrix = symmetric(n, i);
      const single = eigh(matrix, n);
      expectEigenpairs(matrix, n, single);
      expect(batch.values.subarray(i * n, (i + 1) * n)).toEqual(single.values);
      expect(batch.vectors.subarray(i * n * n, (i + 1) * n * n)).toEqual(single.vectors);
    }
  });

  it('leaves the input alone and takes empty batches and matrices', () => {
    const a = symmetric(5, 1);
    const copy = a.slice();
    eigh(a, 5);
    expect(a).toEqual(copy);
    expect(eigh(new Float64Array(0), 4, 0).values.length).toBe(0);
    expect(eigh(new Float64Array(0), 0, 3).values.length).toBe(0);
  });

  it('names the matrix that holds NaN or infinity', () => {
    for (const bad of [NaN, Infinity]) {
      const a = new Float64Array([...symmetric(4, 1), ...symmetric(4, 2), ...symmetric(4, 3)]);
      a[16 + 5] = bad;
      expect(() => eigh(a, 4, 3)).toThrow(LinearAlgebraError);
      expect(() => eigh(a, 4, 3)).toThrow('matrix 1');
    }
    // At any place among those that are worked on together, and after them.
    for (const place of [0, 3, 4, 6]) {
      for (const n of [2, 3]) {
        const a = new Float64Array(Array.from({ length: 7 }, () => [...symmetric(n, 1)]).flat());
        a[place * n * n] = NaN;
        expect(() => eigh(a, n, 7)).toThrow(`matrix ${place}`);
      }
    }
    expect(() => eigh(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(LinearAlgebraError);
    expect(() => eigh(Float64Array.of(NaN), 1)).toThrow(LinearAlgebraError);
  });

  it('refuses arrays of the wrong length', () => {
    expect(() => eigh(new Float64Array(8), 3)).toThrow(ValueError);
    expect(() => eigh(new Float64Array(8), 3)).toThrow("eigh: 'a' has 8 values, 1 matrices need 9");
  });
});

describe('positiveRootBatch', () => {
  it.each(sizes)('gives symmetric S with S S = A, singular A included, n = %d', (n) => {
    const matrices = [positive(n, 1), positive(n, 2), positive(n, 3, Math.max(1, n >> 1))];
    const a = new Float64Array(matrices.flatMap((matrix) => [...matrix]));
    const { values, vectors } = eigh(a, n, 3);
    for (let k = 0; k < values.length; k++) if (values[k]! < 1e-14) values[k] = 0;
    const roots = new Float64Array(a.length);
    positiveRootBatch(a, n, 3, { values, vectors, floor: 1e-4, roots });
    matrices.forEach((matrix, i) => {
      const s = roots.slice(i * n * n, (i + 1) * n * n);
      expect(s).toEqual(transpose(n, s));
      // Four roundings; without the Newton step it would be some twenty, with half of it ten.
      expect(distance(product(n, s, s), matrix)).toBeLessThan(2 ** -50 * norm(matrix));
    });
  });
});

describe('divideByPairSumsBatch', () => {
  it.each([1, 2, 3, 6, 20])('solves W X + X W = E for any E, n = %d', (n) => {
    const w = positive(n, 4).map((value, at) => value + (at % (n + 1) ? 0 : 0.5));
    const e = numbers(n * n, 9);
    const { values, vectors } = eigh(w, n);
    const x = e.slice();
    divideByPairSumsBatch(x, n, 1, { weights: values, vectors });
    const wx = product(n, w, x);
    const xw = product(n, x, w);
    expect(
      distance(
        wx.map((value, at) => value + xw[at]!),
        e,
      ),
    ).toBeLessThan(2e-14 * norm(e));
  });

  it('is 0 where both weights are 0', () => {
    const e = new Float64Array(9).fill(1);
    divideByPairSumsBatch(e, 3, 1, { weights: Float64Array.of(0, 0, 2), vectors: identity(3) });
    expect([...e]).toEqual([0, 0, 0.5, 0, 0, 0.5, 0.5, 0.5, 0.25]);
  });
});
