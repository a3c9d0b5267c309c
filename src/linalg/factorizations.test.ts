import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray, ShapeError } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { identity, logSpaced, randomMatrix, relativeDistance, uniforms, withEigenvalues } from '../testing/matrices.ts';
import {
  cholesky,
  choleskySolve,
  condition,
  eigh,
  inverse,
  logDet,
  logPseudoDeterminant,
  matmul,
  pseudoDeterminant,
  rank,
  slogdet,
  solveTriangular,
  transpose,
} from './index.ts';
import { referenceEighBatch } from './eigh.reference.ts';

const epsilon = 2 ** -52;

describe('eigh', () => {
  it('A V = V Λ with orthonormal V and ascending values, n = 1 … 40 and indefinite', () => {
    const random = uniforms(1);
    for (const n of [1, 2, 3, 4, 7, 16, 40]) {
      const a = withEigenvalues(
        random,
        Array.from({ length: n }, () => 5 * random()),
      );
      const { values, vectors } = eigh(a);
      expect([...values.data]).toEqual([...values.data].sort((x, y) => x - y));
      expect(relativeDistance(matmul(transpose(vectors), vectors), identity(n))).toBeLessThan(20 * epsilon);
      const scaled = new NdArray(
        Float64Array.from(vectors.data, (x, at) => x * values.data[at % n]!),
        [n, n],
      );
      expect(relativeDistance(matmul(a, vectors), scaled)).toBeLessThan(40 * epsilon);
    }
  });

  it('known eigenvalues: second differences, 2 − 2 cos(kπ/(n+1))', () => {
    const n = 30;
    const a = NdArray.zeros([n, n], 'float64');
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2;
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
    }
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    expectAllClose(eigh(a).values, expected, { atol: 8 * epsilon * 4 });
  });

  it('repeated eigenvalues, blocks, zeros, and scales', () => {
    expect(eigh(identity(4)).values.toNested()).toEqual([1, 1, 1, 1]);
    expect(eigh(NdArray.zeros([3, 3], 'float64')).values.toNested()).toEqual([0, 0, 0]);
    expectAllClose(eigh([[0, 1, 0], [1, 0, 0], [0, 0, 1]]).values, [-1, 1, 1], { atol: 4 * epsilon }); // prettier-ignore
    for (const scale of [2 ** -900, 2 ** 900]) {
      expectAllClose(eigh([[2 * scale, scale], [scale, 2 * scale]]).values, [scale, 3 * scale], { rtol: 4 * epsilon }); // prettier-ignore
    }
  });
});

describe('the eigenvalue kernel against the plain version', () => {
  it('same eigenvalues, same eigenprojections', () => {
    const random = uniforms(12);
    for (const n of [1, 2, 3, 4, 5, 8, 13, 32, 33]) {
      const a = withEigenvalues(
        random,
        Array.from({ length: n }, (_, k) => k - n / 2 + 0.4 * random()),
      );
      const [values, vectors] = [new Float64Array(n), new Float64Array(n * n)];
      referenceEighBatch(a.data, n, 1, values, vectors);
      const kernel = eigh(a);
      // Backward errors of some n ε ‖A‖ each, ‖A‖ ≤ n / 2; gaps of at least 0.6 let vectors move by a few times that.
      expectAllClose(kernel.values, values, { atol: 4 * n * n * epsilon });
      for (let k = 0; k < n; k++) {
        let cosine = 0;
        for (let i = 0; i < n; i++) cosine += vectors[i * n + k]! * kernel.vectors.data[i * n + k]!;
        expect(Math.abs(1 - Math.abs(cosine))).toBeLessThan(16 * n * epsilon);
      }
    }
  });
});

describe('cholesky', () => {
  it('L Lᵀ = Σ, lower, positive diagonal, batches, scales', () => {
    for (const n of [0, 1, 2, 5, 20]) {
      const a = n === 0 ? NdArray.zeros([0, 0], 'float64') : withEigenvalues(uniforms(n), logSpaced(n, 5));
      const l = cholesky(a);
      expect(relativeDistance(matmul(l, transpose(l)), a)).toBeLessThan(2 * n * epsilon + epsilon);
      for (let i = 0; i < n; i++) {
        expect(l.data[i * n + i]).toBeGreaterThan(0);
        for (let j = i + 1; j < n; j++) expect(l.data[i * n + j]).toBe(0);
      }
      const scaled = new NdArray(a.data.map((x) => x * 4 ** 200), [n, n]); // prettier-ignore
      expect(cholesky(scaled).data).toEqual(l.data.map((x) => x * 2 ** 200));
    }
  });

  it('refuses what is not positive definite, naming matrix, pivot and value', () => {
    expect(() => cholesky([[[1, 0], [0, 1]], [[4, 2], [2, -3]]])).toThrow(/matrix \[1\] of the batch.*pivot 1 is -4/); // prettier-ignore
    expect(() => cholesky([[1, 1], [1, 1]])).toThrow(/pivot 1 is 0/); // prettier-ignore
    expect(() => cholesky([[0]])).toThrow(LinearAlgebraError);
    const b = randomMatrix(uniforms(4), 6, 3);
    expect(() => cholesky(matmul(b, transpose(b)))).toThrow(LinearAlgebraError);
  });

  it('takes Hilbert 12, condition 1.7e16, as LAPACK does', () => {
    const h = Array.from({ length: 12 }, (_, i) => Array.from({ length: 12 }, (__, j) => 1 / (i + j + 1)));
    const l = cholesky(h);
    expect(relativeDistance(matmul(l, transpose(l)), h)).toBeLessThan(4 * epsilon);
  });
});

describe('solves and inverses', () => {
  it('solveTriangular: both triangles, both transposes, batches broadcast, vectors', () => {
    const random = uniforms(2);
    const [n, m] = [5, 3];
    const b = new NdArray(Float64Array.from({ length: 2 * n * m }, random), [2, n, m]);
    for (const upper of [false, true]) {
      const t = randomMatrix(random, n, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) if (upper ? j < i : j > i) t.data[i * n + j] = 0;
        t.data[i * n + i]! += 3;
      }
      const noisy = new NdArray(
        t.data.map((x, at) => (x === 0 ? 99 + at : x)),
        [n, n],
      );
      for (const flip of [false, true]) {
        const x = solveTriangular(noisy, b, { upper, transpose: flip });
        expect(x.shape).toEqual([2, n, m]);
        expect(relativeDistance(matmul(flip ? transpose(t) : t, x), b)).toBeLessThan(1e-14);
      }
    }
    expect(solveTriangular([[2, 0], [1, 4]], [2, 5]).toNested()).toEqual([1, 1]); // prettier-ignore
  });

  it('choleskySolve and inverse solve with Σ', () => {
    for (const n of [1, 2, 6]) {
      const a = withEigenvalues(uniforms(n), logSpaced(n, 3));
      const b = randomMatrix(uniforms(9), n, 2);
      expect(relativeDistance(matmul(a, choleskySolve(cholesky(a), b)), b)).toBeLessThan(1e-12);
      const inverted = inverse(a);
      expect(relativeDistance(matmul(a, inverted), identity(n))).toBeLessThan(1e-12);
      expect(inverted.data).toEqual(transpose(inverted).data);
    }
  });

  it('refuse singular and ill-fitting input', () => {
    expect(() => solveTriangular([[1, 0], [1, 0]], [1, 1])).toThrow(/diagonal entry 1 is 0/); // prettier-ignore
    expect(() => solveTriangular(identity(2), [1, 2, 3])).toThrow(ShapeError);
    expect(() => inverse([[1, 1], [1, 1]])).toThrow(/inverse: .*not positive definite/); // prettier-ignore
    expect(() => inverse([[1e-320]])).toThrow(/beyond float64/);
    expect(() => matmul(identity(2), identity(3))).toThrow(ShapeError);
  });
});

describe('determinants, rank, condition', () => {
  it('logDet and slogdet agree with the eigenvalues', () => {
    const values = [3, 2, 0.5, 1e-3];
    const a = withEigenvalues(uniforms(3), values);
    const expected = Math.log(3e-3);
    expectAllClose(logDet(a), expected, { atol: 1e-12 });
    const { sign, logAbs } = slogdet(a);
    expect(sign.item()).toBe(1);
    expectAllClose(logAbs, expected, { atol: 1e-12 });
  });

  it('slogdet: signs, permutations, singular, beyond the range of numbers', () => {
    const result = slogdet([[[0, 1], [1, 0]], [[1, 2], [3, 4]], [[1, 2], [2, 4]]]); // prettier-ignore
    expect(result.sign.toNested()).toEqual([-1, -1, 0]);
    expectAllClose(result.logAbs, [0, Math.log(2), -Infinity], { atol: 4 * epsilon });
    const huge = slogdet([[1e200, 0], [0, -1e200]]); // prettier-ignore
    expect(huge.sign.item()).toBe(-1);
    expectAllClose(huge.logAbs, 400 * Math.LN10, { rtol: 4 * epsilon });
    const uneven = slogdet([[0, 1e308], [-1e-300, 0]]); // prettier-ignore
    expect(uneven.sign.item()).toBe(1);
    expectAllClose(uneven.logAbs, 8 * Math.LN10, { rtol: 1e-13 });
    expect(slogdet(NdArray.zeros([0, 0], 'float64')).sign.item()).toBe(1);
  });

  it('log-pseudo-determinant of 100 entries e¹⁰ and 2 zeros is 1000', () => {
    const a = NdArray.zeros([102, 102], 'float64');
    for (let k = 0; k < 100; k++) a.data[k * 103] = Math.exp(10);
    expectAllClose(logPseudoDeterminant(a), 1000, { atol: 1e-9 });
    expect(rank(a).item()).toBe(100);
  });

  it('rank, pseudoDeterminant and condition', () => {
    const random = uniforms(6);
    for (let r = 0; r <= 4; r++) {
      const b = randomMatrix(random, 4, r);
      for (const dtype of ['float64', 'float32'] as const) {
        const a = NdArray.from(r === 0 ? NdArray.zeros([4, 4], 'float64') : matmul(b, transpose(b)), dtype);
        expect(rank(a).item()).toBe(r);
      }
    }
    expect(pseudoDeterminant([[4, 0, 0], [0, 0.5, 0], [0, 0, 0]]).item()).toBe(2); // prettier-ignore
    expect(pseudoDeterminant([[0]]).item()).toBe(1);
    expect(condition([[4, 0], [0, 0.5]]).item()).toBe(8); // prettier-ignore
    expect(condition([[1, 1], [1, 1]]).item()).toBe(Infinity); // prettier-ignore
  });
});
