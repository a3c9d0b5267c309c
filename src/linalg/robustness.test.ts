import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NdArray, RootsigmaError } from '../core/index.ts';
import { symmetrized } from '../testing/matrices.ts';
import {
  checkCovariance,
  cholesky,
  condition,
  denmanBeavers,
  eigh,
  inverse,
  invSqrtmh,
  logDet,
  logPseudoDeterminant,
  lyapunov,
  matmul,
  nearestPsd,
  newtonSchulz,
  pseudoDeterminant,
  slogdet,
  solveTriangular,
  sqrtm,
  sqrtmh,
  sqrtmhJvp,
  sqrtmhVjp,
  transpose,
} from './index.ts';

type Arrays = readonly (NdArray | undefined)[];

/** Every function of this folder that returns numbers, on one matrix. */
const functions: Readonly<Record<string, (a: NdArray) => Arrays>> = {
  checkCovariance: (a) => Object.values(checkCovariance(a)) as NdArray[],
  cholesky: (a) => [cholesky(a)],
  denmanBeavers: (a) => [...denmanBeavers(a)].flatMap(({ root, inverseRoot }) => [root, inverseRoot]),
  eigh: (a) => Object.values(eigh(a)) as NdArray[],
  inverse: (a) => [inverse(a)],
  invSqrtmh: (a) => [invSqrtmh(a), invSqrtmh(a, { pseudo: true })],
  logDet: (a) => [logDet(a)],
  logPseudoDeterminant: (a) => [logPseudoDeterminant(a)],
  lyapunov: (a) => [lyapunov(a, a)],
  matmul: (a) => [matmul(a, a)],
  nearestPsd: (a) => [nearestPsd(a)],
  newtonSchulz: (a) => [...newtonSchulz(a)].flatMap(({ root, inverseRoot }) => [root, inverseRoot]),
  pseudoDeterminant: (a) => [pseudoDeterminant(a)],
  solveTriangular: (a) => [solveTriangular(a, a), solveTriangular(a, a, { upper: true })],
  sqrtm: (a) => [sqrtm(a).real, sqrtm(a).imag],
  sqrtmh: (a) => [sqrtmh(a)],
  sqrtmhJvp: (a) => [sqrtmhJvp(a, a)],
  sqrtmhVjp: (a) => [sqrtmhVjp(a, a)],
};

// Numbers from the whole range, zeros, powers of ten and ordinary ones.
const entry = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, -1, 1e-320, 1e308, 1e-160, 1e160),
  fc.integer({ min: -3, max: 3 }),
);
const matrix = fc
  .integer({ min: 0, max: 5 })
  .chain((n) =>
    fc.array(entry, { minLength: n * n, maxLength: n * n }).map((data) => new NdArray(Float64Array.from(data), [n, n])),
  );

it.each(Object.entries(functions))(
  '%s returns finite numbers or throws its own error, whatever it is given',
  (_, f) => {
    let returned = 0;
    const probe = (a: NdArray): void => {
      try {
        for (const result of f(a)) {
          if (result !== undefined) expect(result.data.every((x) => Number.isFinite(x))).toBe(true);
        }
        returned++;
      } catch (error) {
        if (!(error instanceof RootsigmaError)) throw error;
      }
    };
    fc.assert(
      fc.property(matrix, (a) => {
        probe(a);
        const half = new NdArray(Float64Array.from(a.data, (x) => x / 2), a.shape); // prettier-ignore
        probe(symmetrized(half));
        const small = new NdArray(
          Float64Array.from(a.data, (x) => Math.max(-1e3, Math.min(1e3, x))),
          a.shape,
        );
        probe(matmul(small, transpose(small)));
      }),
      { seed: 99, numRuns: 150 },
    );
    expect(returned).toBeGreaterThan(0);
  },
);

it('slogdet and condition may be infinite, and are never NaN', () => {
  fc.assert(
    fc.property(matrix, (a) => {
      const { sign, logAbs } = slogdet(a);
      expect([-1, 0, 1]).toContain(sign.item());
      expect(logAbs.item()).not.toBeNaN();
      expect(logAbs.item() === -Infinity).toBe(sign.item() === 0);
      const small = new NdArray(
        Float64Array.from(a.data, (x) => Math.max(-1e3, Math.min(1e3, x))),
        a.shape,
      );
      expect(condition(matmul(small, transpose(small))).item()).toBeGreaterThanOrEqual(1);
    }),
    { seed: 98, numRuns: 300 },
  );
});
