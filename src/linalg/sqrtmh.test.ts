import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray, NumericalError, ShapeError } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import {
  identity,
  logSpaced,
  randomMatrix,
  randomOrthogonal,
  relativeDistance,
  uniforms,
  withEigenvalues,
} from '../testing/matrices.ts';
import { eigh, invSqrtmh, matmul, sqrtmh, transpose } from './index.ts';

interface Case {
  readonly name: string;
  readonly a: number[][];
  readonly root: number[][];
  readonly min_eigenvalue: number;
  readonly max_eigenvalue: number;
}

const fixtures = JSON.parse(readFileSync(new URL('../../test/fixtures/sqrtmh.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

const epsilon = 2 ** -52;

describe('sqrtmh against 60 digits', () => {
  it.each(fixtures.cases)('$name', ({ a, root, min_eigenvalue, max_eigenvalue }) => {
    const s = sqrtmh(a);
    const exact = NdArray.from(root);
    // A backward error of √n ε ‖A‖ moves the root by at most that / (2 √λmin), or by its root where λmin is smaller.
    const n = a.length;
    const backward = Math.sqrt(n) * epsilon * max_eigenvalue;
    const bound = Math.min(backward / Math.sqrt(Math.max(min_eigenvalue, 0)), Math.sqrt(backward)) || 0;
    expectAllClose(s, exact, { atol: bound + epsilon * Math.sqrt(max_eigenvalue) });
    expect(relativeDistance(square(s), a)).toBeLessThanOrEqual(2e-15);
    expect(s.data).toEqual(transpose(s).data);
  });

  it('traces of Hilbert roots', () => {
    const traces = { 4: 1.7280208892938164, 8: 2.0571608044058387, 12: 2.2484754638565312, 16: 2.3840700757527771 };
    for (const [size, expected] of Object.entries(traces)) {
      const n = Number(size);
      const hilbert = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => 1 / (i + j + 1)));
      const s = sqrtmh(hilbert);
      let trace = 0;
      for (let i = 0; i < n; i++) trace += s.data[i * n + i]!;
      // n = 12 and 16 hold eigenvalues below rounding: each root is lost up to √(8 ε λmax).
      const lost = n <= 8 ? 1e-11 : n * Math.sqrt(8 * epsilon * 2);
      expect(Math.abs(trace - expected)).toBeLessThan(lost);
    }
  });

  it('roots of diagonal matrices are roots of the entries', () => {
    const a = [[2, 0, 0], [0, 1e-40, 0], [0, 0, 0]]; // prettier-ignore
    expect(sqrtmh(a).toNested()).toEqual([[Math.SQRT2, 0, 0], [0, 1e-20, 0], [0, 0, 0]]); // prettier-ignore
  });

  it('Julia: a real root although the computed smallest eigenvalue is negative', () => {
    const a = [[1421, 52503, 9933], [52503, 1942611, 367521], [9933, 367521, 69531]]; // prettier-ignore
    expect(relativeDistance(square(sqrtmh(a)), a)).toBeLessThan(1e-15);
  });
});

const sizes = fc.integer({ min: 1, max: 24 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const decades = fc.integer({ min: 0, max: 15 });
const fuzz = { seed: 20240, numRuns: 150 };

describe('sqrtmh, for any covariance', () => {
  it('S S = Σ, S symmetric to the bit and positive semidefinite', () => {
    fc.assert(
      fc.property(sizes, seeds, decades, (n, seed, span) => {
        const a = withEigenvalues(uniforms(seed), logSpaced(n, span));
        const s = sqrtmh(a);
        expect(relativeDistance(square(s), a)).toBeLessThan(1e-14);
        expect(s.data).toEqual(transpose(s).data);
        const values = eigh(s).values.data;
        expect(values[0]).toBeGreaterThanOrEqual(-8 * n * epsilon * values[n - 1]!);
      }),
      fuzz,
    );
  });

  it('root(4ᵏ Σ) = 2ᵏ root(Σ) to the bit', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.integer({ min: -240, max: 240 }), (n, seed, k) => {
        const a = withEigenvalues(uniforms(seed), logSpaced(n, 6));
        const scaled = new NdArray(
          a.data.map((x) => x * 4 ** k),
          a.shape,
        );
        expect(sqrtmh(scaled).data).toEqual(sqrtmh(a).data.map((x) => x * 2 ** k));
      }),
      fuzz,
    );
  });

  it('turns with the basis: root(Q Σ Qᵀ) = Q root(Σ) Qᵀ, Q orthogonal or a permutation', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const a = withEigenvalues(random, logSpaced(n, 3));
        const order = Array.from({ length: n }, (_, i) => i).sort(() => random());
        const permutation = new NdArray(
          Float64Array.from({ length: n * n }, (_, at) => (order[Math.floor(at / n)] === at % n ? 1 : 0)),
          [n, n],
        );
        for (const q of [randomOrthogonal(random, n), permutation]) {
          const turned = sqrtmh(matmul(matmul(q, a), transpose(q)));
          // Condition 10³: forming Q Σ Qᵀ loses √n ε, the root amplifies by at most √10³.
          expect(relativeDistance(turned, matmul(matmul(q, sqrtmh(a)), transpose(q)))).toBeLessThan(n * 64 * epsilon);
        }
      }),
      fuzz,
    );
  });

  it('n = 128: the residual stays at rounding, float64 and float32', () => {
    for (const span of [0.5, 8, 15]) {
      const a = withEigenvalues(uniforms(5), logSpaced(128, span));
      expect(relativeDistance(square(sqrtmh(a)), a)).toBeLessThan(1e-14);
      const single = NdArray.from(a, 'float32');
      const s = sqrtmh(single);
      expect(s.dtype).toBe('float32');
      expect(relativeDistance(square(NdArray.from(s, 'float64')), single)).toBeLessThan(5e-7);
    }
  });

  it('scales 1e±150 in float64 and 1e±15 in float32 are as exact as 1', () => {
    for (const n of [1, 2, 3, 9]) {
      const a = withEigenvalues(uniforms(n), logSpaced(n, 4));
      for (const scale of [1e150, 1e-150, 1e300, 1e-300]) {
        const scaled = new NdArray(
          a.data.map((x) => x * scale),
          a.shape,
        );
        const down = Math.sqrt(scale);
        const s = sqrtmh(scaled).data.map((x) => x / down);
        expect(relativeDistance(s, sqrtmh(a).data)).toBeLessThan(1e-12);
      }
      for (const scale of [1e15, 1e-15]) {
        const single = NdArray.from(new NdArray(a.data.map((x) => x * scale), a.shape), 'float32'); // prettier-ignore
        const s = NdArray.from(sqrtmh(single), 'float64');
        expect(relativeDistance(square(s), single)).toBeLessThan(5e-7);
      }
    }
  });

  it('a batch equals the loop to the bit', () => {
    for (const n of [1, 2, 3, 7]) {
      const matrices = [3, 4, 5, 6].map((seed) => withEigenvalues(uniforms(seed), logSpaced(n, 2)));
      const batch = new NdArray(Float64Array.from(matrices.flatMap((m) => [...m.data])), [2, 2, n, n]);
      expect([...sqrtmh(batch).data]).toEqual(matrices.flatMap((m) => [...sqrtmh(m).data]));
      expect([...eigh(batch).vectors.data]).toEqual(matrices.flatMap((m) => [...eigh(m).vectors.data]));
    }
  });

  it('takes empty batches and n = 0', () => {
    expect(sqrtmh(NdArray.zeros([4, 0, 0], 'float64')).shape).toEqual([4, 0, 0]);
    expect(sqrtmh(NdArray.zeros([0, 3, 3], 'float32')).shape).toEqual([0, 3, 3]);
    expect(sqrtmh(NdArray.zeros([0, 0], 'float64')).shape).toEqual([0, 0]);
  });
});

describe('sqrtmh refuses', () => {
  it('indefinite matrices, naming the matrix and the eigenvalue', () => {
    expect(() => sqrtmh([[1, 2], [2, 1]])).toThrow(LinearAlgebraError); // prettier-ignore
    expect(() => sqrtmh([[[1, 0], [0, 1]], [[1, 2], [2, 1]]])).toThrow(/matrix \[1\] of the batch.*eigenvalue is -1/); // prettier-ignore
    expect(() => sqrtmh([[-1e-30]])).toThrow(/-1.*e-30/);
    expect(() => sqrtmh([[1, 0, 0], [0, 1, 0], [0, 0, -1e-9]])).toThrow(/eigenvalue is -1.*e-9/); // prettier-ignore
  });

  it('diag(1, −1e-14), unless told that it is zero', () => {
    const a = [[1, 0], [0, -1e-14]]; // prettier-ignore
    expect(() => sqrtmh(a)).toThrow(LinearAlgebraError);
    expect(sqrtmh(a, { rtol: 1e-13 }).toNested()).toEqual([[1, 0], [0, 0]]); // prettier-ignore
    expect(sqrtmh([[1, 0], [0, -1e-15]]).toNested()).toEqual([[1, 0], [0, 0]]); // prettier-ignore
  });

  it('asymmetry beyond rounding', () => {
    expect(() => sqrtmh([[1, 0.5], [0.4, 1]])).toThrow(/entry \(1, 0\) is 0.4, \(0, 1\) is 0.5/); // prettier-ignore
    expect(sqrtmh([[1, 0.5], [0.5 + 4 * epsilon, 1]]).shape).toEqual([2, 2]); // prettier-ignore
    const float32 = new NdArray(Float32Array.of(1, 0.5, 0.5000001, 1), [2, 2]);
    expect(sqrtmh(float32).dtype).toBe('float32');
    expect(() => sqrtmh(NdArray.from(float32, 'float64'))).toThrow(LinearAlgebraError);
  });

  it('asymmetry and NaN at any place', () => {
    const n = 17;
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < row; column++) {
        const a = identity(n);
        a.data[row * n + column] = 0.5;
        expect(() => sqrtmh(a)).toThrow(`entry (${row}, ${column}) is 0.5, (${column}, ${row}) is 0`);
        a.data[row * n + column] = NaN;
        expect(() => sqrtmh(a)).toThrow(`holds NaN at (${row}, ${column})`);
      }
    }
  });

  it('NaN, infinity and shapes that are not square', () => {
    expect(() => sqrtmh([[1, NaN], [NaN, 1]])).toThrow(NumericalError); // prettier-ignore
    expect(() => sqrtmh([[[1]], [[Infinity]]])).toThrow(/matrix \[1\] of the batch holds Infinity at \(0, 0\)/);
    expect(() => sqrtmh([[1, 2, 3]])).toThrow(ShapeError);
    expect(() => sqrtmh([1, 2])).toThrow(ShapeError);
    expect(() => sqrtmh(NdArray.zeros([0, 3], 'float64'))).toThrow(ShapeError);
  });
});

describe('invSqrtmh', () => {
  it('whitens: W Σ W = I', () => {
    for (const n of [1, 2, 5, 16]) {
      const a = withEigenvalues(uniforms(n), logSpaced(n, 3));
      const w = invSqrtmh(a);
      expect(relativeDistance(matmul(matmul(w, a), w), identity(n))).toBeLessThan(1e3 * n * epsilon);
      expect(w.data).toEqual(transpose(w).data);
    }
  });

  it('refuses a singular Σ, or gives the root of the pseudoinverse', () => {
    const b = randomMatrix(uniforms(8), 4, 2);
    const a = matmul(b, transpose(b));
    expect(() => invSqrtmh(a)).toThrow(/rank 2 of 4/);
    const w = invSqrtmh(a, { pseudo: true });
    const projector = matmul(matmul(w, a), w);
    expect(relativeDistance(matmul(projector, b), b)).toBeLessThan(1e-13);
    expect(relativeDistance(matmul(projector, projector), projector)).toBeLessThan(1e-13);
  });
});

function square(s: NdArray): NdArray {
  return matmul(s, s);
}
