import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearAlgebraError, NdArray, NumericalError, ShapeError } from '../core/index.ts';
import {
  identity,
  randomMatrix,
  relativeDistance,
  symmetrized,
  uniforms,
  withEigenvalues,
} from '../testing/matrices.ts';
import {
  checkCovariance,
  cholesky,
  condition,
  eigh,
  factorCovariance,
  invSqrtmh,
  logPseudoDeterminant,
  lyapunov,
  matmul,
  nearestPsd,
  pseudoDeterminant,
  rank,
  sqrtmh,
  sqrtmhJvp,
  sqrtmhVjp,
  supportTolerance,
  transpose,
  workingSupport,
} from './index.ts';
import type { SpectrumOptions } from './index.ts';

const epsilon = 2 ** -52;
const sizes = fc.integer({ min: 1, max: 10 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const fuzz = { seed: 42, numRuns: 200 };

describe('checkCovariance', () => {
  it('accepts every B Bᵀ, float64 and float32, and finds its rank', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.constantFrom('float64', 'float32'), (n, seed, dtype) => {
        const rank = 1 + (seed % n);
        const b = randomMatrix(uniforms(seed), n, rank);
        const a = NdArray.from(matmul(b, transpose(b)), dtype);
        const checked = checkCovariance(a);
        expect(checked.covariance.data).toEqual(a.data);
        expect(checked.covariance.dtype).toBe(dtype);
        expect(checked.rank.item()).toBeLessThanOrEqual(rank);
        expect(checked.eigenvalues.data.filter((x) => x > 0)).toHaveLength(checked.rank.item());
      }),
      fuzz,
    );
  });

  it('refuses every matrix with an eigenvalue below rounding, as every function of a covariance does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 10 }),
        seeds,
        fc.double({ min: -13, max: 1, noNaN: true }),
        (n, seed, depth) => {
          const random = uniforms(seed);
          const values = Array.from({ length: n }, () => Math.abs(random()) + 0.01);
          const largest = Math.max(...values);
          values[seed % n] = -largest * 10 ** depth;
          const a = withEigenvalues(random, values);
          expect(() => checkCovariance(a)).toThrow(LinearAlgebraError);
          expect(() => sqrtmh(a)).toThrow(LinearAlgebraError);
          expect(() => cholesky(a)).toThrow(LinearAlgebraError);
          expect(() => invSqrtmh(a, { pseudo: true })).toThrow(LinearAlgebraError);
          expect(() => sqrtmhJvp(a, a)).toThrow(LinearAlgebraError);
        },
      ),
      fuzz,
    );
  });

  it('refuses every asymmetry above 8 ε max|Σ| and averages the rest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        seeds,
        fc.double({ min: -15, max: 0, noNaN: true }),
        (n, seed, depth) => {
          const random = uniforms(seed);
          const a = withEigenvalues(
            random,
            Array.from({ length: n }, () => 1 + random() / 2),
          );
          const largest = Math.max(...a.data.map(Math.abs));
          a.data[n * (n - 1)]! += largest * 10 ** depth;
          const asymmetry = Math.abs(a.data[n * (n - 1)]! - a.data[n - 1]!);
          if (asymmetry > 8 * epsilon * Math.max(...a.data.map(Math.abs))) {
            expect(() => checkCovariance(a)).toThrow(/not symmetric/);
          } else {
            const { covariance } = checkCovariance(a);
            expect(covariance.data).toEqual(transpose(covariance).data);
          }
        },
      ),
      fuzz,
    );
  });

  it('refuses NaN and infinity anywhere, and names the place', () => {
    fc.assert(
      fc.property(sizes, seeds, fc.constantFrom(NaN, Infinity, -Infinity), (n, seed, bad) => {
        const batch = NdArray.zeros([3, n, n], 'float64');
        const at = seed % batch.size;
        batch.data[at] = bad;
        const [matrix, row, column] = [Math.floor(at / (n * n)), Math.floor(at / n) % n, at % n];
        const place = `matrix [${matrix}] of the batch holds ${bad} at (${row}, ${column})`;
        for (const f of [checkCovariance, sqrtmh, cholesky, eigh, nearestPsd]) {
          expect(() => f(batch)).toThrow(NumericalError);
          expect(() => f(batch)).toThrow(place);
        }
      }),
      fuzz,
    );
  });

  it('follows numpy where numpy is strict, and takes its singular and float32 cases', () => {
    expect(() => checkCovariance([[1, 2], [1, 2]])).toThrow(/not symmetric/); // prettier-ignore
    expect(() => checkCovariance([[1, 2], [2, 1]])).toThrow(/eigenvalue is -1/); // prettier-ignore
    expect(checkCovariance([[1, 1], [1, 1]]).rank.item()).toBe(1); // prettier-ignore
    expect(checkCovariance(new NdArray(Float32Array.of(1, 0.1, 0.1, 1), [2, 2])).rank.item()).toBe(2);
    expect(checkCovariance([[0, 0], [0, 0]]).rank.item()).toBe(0); // prettier-ignore
    expect(() => checkCovariance([[1, 2, 3]])).toThrow(ShapeError);
    expect(checkCovariance(NdArray.zeros([2, 0, 0], 'float64')).rank.toNested()).toEqual([0, 0]);
  });

  it('rtol replaces the thresholds', () => {
    const a = [[1, 0, 0], [0, 1e-5, 0], [0, 0, -1e-5]]; // prettier-ignore
    expect(() => checkCovariance(a)).toThrow(LinearAlgebraError);
    expect(checkCovariance(a, { rtol: 1e-4 }).eigenvalues.toNested()).toEqual([0, 0, 1]);
    expect(() => checkCovariance(a, { rtol: -1 })).toThrow(/rtol is -1/);
  });

  it.each([
    checkCovariance,
    condition,
    factorCovariance,
    invSqrtmh,
    logPseudoDeterminant,
    pseudoDeterminant,
    rank,
    sqrtmh,
    (a: number[][], options: SpectrumOptions) => sqrtmhJvp(a, a, options),
    (a: number[][], options: SpectrumOptions) => sqrtmhVjp(a, a, options),
    (a: number[][], options: SpectrumOptions) => lyapunov(a, a, options),
  ])('%o takes rtol from 0 up to 1 alone, whatever the size', (f) => {
    for (const n of [1, 2, 3, 7]) {
      for (const rtol of [-1e-9, 1, NaN, Infinity]) expect(() => f(identity(n).toNested() as number[][], { rtol })).toThrow(/rtol is/); // prettier-ignore
      expect(() => f(identity(n).toNested() as number[][], { rtol: 0.99 })).not.toThrow();
    }
  });
});

describe('nearestPsd', () => {
  it('is positive semidefinite, and no other positive semidefinite matrix is nearer', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const random = uniforms(seed);
        const a = randomMatrix(random, n, n);
        const nearest = nearestPsd(a);
        checkCovariance(nearest);
        // The nearest point of a convex cone: A − P is orthogonal to P and has no positive part on the cone.
        const gap = new NdArray<'float64'>(
          Float64Array.from(symmetrized(a).data, (x, at) => x - nearest.data[at]!),
          [n, n],
        );
        const inner = gap.data.reduce((sum, x, at) => sum + x * nearest.data[at]!, 0);
        expect(Math.abs(inner)).toBeLessThan(100 * n * epsilon);
        const values = eigh(gap).values.data;
        expect(values[n - 1]).toBeLessThan(100 * n * epsilon);
      }),
      fuzz,
    );
  });

  it('leaves covariances alone and repairs correlation matrices that are none', () => {
    const a = withEigenvalues(uniforms(5), [3, 2, 1, 0.1]);
    expect(nearestPsd(a).data).toEqual(a.data);
    expect(relativeDistance(nearestPsd([[1, 2], [2, 1]]), [[1.5, 1.5], [1.5, 1.5]])).toBeLessThan(4 * epsilon); // prettier-ignore
    expect(nearestPsd([[-1, 0], [0, -2]]).data.every((x) => x === 0)).toBe(true); // prettier-ignore
  });
});

describe('what counts as zero', () => {
  it('is never more for the root than for the rank, and less for more than four dimensions', () => {
    for (let n = 1; n <= 300; n++) {
      const [root, rankOf] = [workingSupport(n), supportTolerance(n, epsilon)];
      if (n <= 4) expect(root).toBe(rankOf);
      else expect(root).toBeLessThan(rankOf);
      // The noise of a computed B Bᵀ: 4 ε up to 128 dimensions, 7 ε beyond.
      expect(root).toBeGreaterThanOrEqual((n <= 128 ? 4 : 7) * epsilon);
      expect(root).toBeLessThanOrEqual(Math.max(8, Math.sqrt(n)) * epsilon);
    }
  });
});
