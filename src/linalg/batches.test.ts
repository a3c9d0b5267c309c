import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { expectAllClose } from '../testing/index.ts';
import { logSpaced, uniforms, withEigenvalues } from '../testing/matrices.ts';
import {
  checkCovariance,
  cholesky,
  condition,
  eigenvalues,
  eigh,
  factorCovariance,
  inverse,
  invSqrtmh,
  logDet,
  logPseudoDeterminant,
  lyapunov,
  matmul,
  nearestPsd,
  pseudoDeterminant,
  slogdet,
  solveTriangular,
  sqrtm,
  sqrtmh,
  sqrtmhJvp,
  sqrtmhVjp,
  transpose,
} from './index.ts';

const n = 3;

/** Matrices in a row, [count, n, n]. */
const stacked = (matrices: readonly NdArray[]): NdArray =>
  new NdArray(Float64Array.from(matrices.flatMap(({ data }) => Array.from(data))), [matrices.length, n, n]);

const scaled = (a: NdArray, factor: number): NdArray =>
  new NdArray(Float64Array.from(a.data, (x) => factor * x), a.shape); // prettier-ignore
const between = (d: readonly number[], a: NdArray): NdArray =>
  new NdArray(Float64Array.from(a.data, (x, k) => d[Math.floor(k / n)]! * x * d[k % n]!), a.shape); // prettier-ignore

const spd = (seed: number): NdArray => withEigenvalues(uniforms(seed), logSpaced(n, 2));
const singular = withEigenvalues(uniforms(7), [0, 0.3, 2]);
const indefinite = withEigenvalues(uniforms(8), [-1, 0.5, 4]);
const general = (seed: number): NdArray => NdArray.from(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => Math.sin(seed + 3 * i + j) + (i === j ? 3 : 0)))); // prettier-ignore

/** One of another scale, one in other units, a diagonal one: each takes a way of its own through some function. */
const definite = [spd(1), scaled(spd(2), 1e150), between([1, 1e-4, 1e5], spd(3)), NdArray.from([[4, 0, 0], [0, 9, 0], [0, 0, 1]]), scaled(spd(4), 1e-9)]; // prettier-ignore
const semidefinite = [...definite, singular, between([1e3, 1e-4, 1], singular)];
const symmetric = [...semidefinite, indefinite, scaled(indefinite, 1e-200)];
const any = [general(1), scaled(general(2), 1e-100), general(3), scaled(general(4), 1e40)];
const moderate = [spd(1), scaled(spd(2), 30), NdArray.from([[4, 0, 0], [0, 9, 0], [0, 0, 1]]), spd(5)]; // prettier-ignore

type Arrays = Readonly<Record<string, unknown>>;
const cases: readonly (readonly [string, readonly NdArray[], (a: NdArray) => Arrays])[] = [
  ['checkCovariance', semidefinite, (a) => ({ ...checkCovariance(a) })],
  ['cholesky', definite, (a) => ({ l: cholesky(a) })],
  ['condition', definite, (a) => ({ kappa: condition(a) })],
  ['eigenvalues', any, (a) => ({ ...eigenvalues(a) })],
  ['eigh', symmetric, (a) => ({ ...eigh(a) })],
  ['factorCovariance', semidefinite, (a) => ({ ...factorCovariance(a) })],
  ['inverse', definite, (a) => ({ inverse: inverse(a) })],
  ['invSqrtmh', definite, (a) => ({ w: invSqrtmh(a) })],
  ['invSqrtmh, pseudo', semidefinite, (a) => ({ w: invSqrtmh(a, { pseudo: true }) })],
  ['logDet', definite, (a) => ({ logDet: logDet(a) })],
  ['logPseudoDeterminant', semidefinite, (a) => ({ log: logPseudoDeterminant(a) })],
  ['lyapunov', moderate, (a) => ({ l: lyapunov(a, a) })],
  ['matmul', any, (a) => ({ product: matmul(a, a) })],
  ['nearestPsd', [...symmetric, ...any], (a) => ({ psd: nearestPsd(a) })],
  ['pseudoDeterminant', moderate, (a) => ({ det: pseudoDeterminant(a) })],
  ['slogdet', any, (a) => ({ ...slogdet(a) })],
  ['solveTriangular', any, (a) => ({ lower: solveTriangular(a, a), upper: solveTriangular(a, a, { upper: true }) })],
  ['sqrtm', any, (a) => ({ ...sqrtm(a) })],
  ['sqrtmh', semidefinite, (a) => ({ s: sqrtmh(a) })],
  ['sqrtmhJvp', moderate, (a) => ({ ds: sqrtmhJvp(a, a) })],
  ['sqrtmhVjp', moderate, (a) => ({ g: sqrtmhVjp(a, a) })],
  ['transpose', any, (a) => ({ t: transpose(a) })],
];

describe('a batch', () => {
  it.each(cases)('of %s is each matrix on its own', (_, matrices, f) => {
    const batch = f(stacked(matrices));
    for (const [k, matrix] of matrices.entries()) {
      for (const [name, whole] of Object.entries(f(matrix))) {
        if (!(whole instanceof NdArray)) continue;
        const { data, size, shape } = whole as NdArray;
        const own = (batch[name] as NdArray).data.slice(k * size, (k + 1) * size);
        const largest = Math.max(...Array.from(data, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
        expectAllClose(new NdArray(Float64Array.from(own), shape), new NdArray(Float64Array.from(data), shape), { rtol: 1e-12, atol: 1e-14 * largest }, `${name} of matrix ${k}`); // prettier-ignore
      }
    }
  });

  it('of lyapunov has sides of its own, or one for all', () => {
    const sides = [general(5), scaled(general(6), 1e80), spd(6), scaled(general(7), 1e-5)];
    const alone = (x: NdArray, e: NdArray) => lyapunov(x, e).data;
    const each = lyapunov(stacked(moderate), stacked(sides)).data;
    const oneSide = lyapunov(stacked(moderate), sides[1]!).data;
    const oneMatrix = lyapunov(moderate[1]!, stacked(sides)).data;
    for (const k of moderate.keys()) {
      const own = (data: ArrayLike<number>): number[] => Array.from(data).slice(k * n * n, (k + 1) * n * n);
      expect(own(each)).toEqual([...alone(moderate[k]!, sides[k]!)]);
      expect(own(oneSide)).toEqual([...alone(moderate[k]!, sides[1]!)]);
      expect(own(oneMatrix)).toEqual([...alone(moderate[1]!, sides[k]!)]);
      // X L + L X = E.
      const l = new NdArray(Float64Array.from(own(each)), [n, n]);
      const [left, right] = [matmul(moderate[k]!, l), matmul(l, moderate[k]!)];
      const sum = new NdArray(Float64Array.from(left.data, (x, at) => x + right.data[at]!), [n, n]); // prettier-ignore
      expectAllClose(sum, sides[k]!, { rtol: 0, atol: 1e-13 * Math.max(...sides[k]!.data.map(Math.abs)) });
    }
  });
});
