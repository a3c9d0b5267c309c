import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { cholesky, input, matmul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { inverse, matmul as product, transpose } from '../linalg/index.ts';
import { key, normal } from '../random/index.ts';
import { checkGradients, expectAllClose } from '../testing/index.ts';
import { IsotropicNormal, LowRankMultivariateNormal, MultivariateNormal, MultivariateNormalDiag, Normal, ScaleTrilRoot } from '../gaussian/index.ts'; // prettier-ignore
import type { Gaussian } from '../gaussian/index.ts';
import { affine, precision, sumOfIndependent } from './index.ts';

const value = (x: Tensor): NdArray => evaluate(x);
const draw = (seed: number, shape: readonly number[]): NdArray<'float64'> =>
  normal(key(seed), shape, { dtype: 'float64' });
const sigma = NdArray.from([[4, 1, 0.5], [1, 3, -0.2], [0.5, -0.2, 2]]); // prettier-ignore
const mu = [1, -2, 0.5];
const gaussians: Record<string, Gaussian> = {
  isotropic: IsotropicNormal.fromVariance(mu, 2),
  diagonal: MultivariateNormalDiag.fromVariance(mu, [1, 2, 3]),
  'low rank': LowRankMultivariateNormal.fromVariance(mu, [1, 2, 3], { factor: draw(1, [3, 1]) }),
  full: MultivariateNormal.fromCovariance(mu, sigma),
  triangular: MultivariateNormal.fromScaleTril(mu, [[1, 0, 0], [0.5, 2, 0], [-1, 0.3, 1]]), // prettier-ignore
  precision: MultivariateNormal.fromPrecision(mu, sigma),
};

describe('affine', () => {
  it.each(Object.entries(gaussians))('of a %s Gaussian: A μ + b, A Σ Aᵀ', (_, x) => {
    const a = draw(2, [2, 3]);
    const y = affine(x, a, [3, 4]);
    const expected = product(product(a, value(x.covariance)), transpose(a));
    expectAllClose(value(y.covariance), expected, { rtol: 1e-13 });
    const mean = product(a, NdArray.from(mu.map((m) => [m]))).data;
    expectAllClose(value(y.mean), [mean[0]! + 3, mean[1]! + 4], { rtol: 1e-14 });
  });

  it('into more dimensions is singular, with the density on the image', () => {
    const y = affine(gaussians.full!, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]); // prettier-ignore
    expect(y.rank).toBe(3);
    expect(value(y.logProb([1, -2, 0.5, -0.5])).item()).toBeGreaterThan(-10);
    expect(value(y.logProb([1, -2, 0.5, 1])).item()).toBe(-Infinity);
  });

  it('of a Normal, elementwise, signs too', () => {
    const y = affine(Normal.fromStddev(2, 3), [-2, 0.5], 1);
    expectAllClose(value(y.mean), [-3, 2]);
    expectAllClose(value(y.stddev), [6, 1.5]);
    expect(() => affine(Normal.fromStddev(2, 3), 0)).toThrow(/positive/);
  });

  it('is differentiable, also of a batch', () => {
    checkGradients(
      (mean, a) =>
        affine(MultivariateNormal.fromRoot(mean, ScaleTrilRoot.fromScaleTril(cholesky(sigma))), a).logProb([0.3, 1]),
      [[mu, [0, 1, 2]], draw(3, [2, 3])],
      { order: 1 },
    );
    expect(() => affine(gaussians.full!, [[1, 2]])).toThrow(/A must be \[m, 3\].* got \[1, 2\]/);
    expect(() => affine(gaussians.full!, [[1, 2, 3]], [1, 2])).toThrow(/needs b \[1\], got \[2\]/);
  });
});

describe('sumOfIndependent', () => {
  const pairs = Object.keys(gaussians).flatMap((a) => Object.keys(gaussians).map((b) => [a, b] as const));
  it.each(pairs)('%s + %s: means and covariances add, structure is kept', (a, b) => {
    const [x, y] = [gaussians[a]!, gaussians[b]!];
    const z = sumOfIndependent(x, y);
    expectAllClose(
      value(z.mean),
      mu.map((m) => 2 * m),
    );
    const expected = value(x.covariance).data.map((c, i) => c + value(y.covariance).data[i]!);
    expectAllClose(value(z.covariance), new NdArray(expected, [3, 3]), { rtol: 1e-13, atol: 1e-15 });
    const simple = ['isotropic', 'diagonal', 'low rank'];
    const kinds = ['IsotropicNormal', 'MultivariateNormalDiag', 'LowRankMultivariateNormal'];
    const most = Math.max(simple.indexOf(a), simple.indexOf(b));
    const isFull = [a, b].some((name) => !simple.includes(name));
    expect(z.name).toBe(isFull ? 'MultivariateNormal' : kinds[most]);
  });

  it('of Normals, of singular Gaussians, and not of unlike ones', () => {
    const z = sumOfIndependent(Normal.fromVariance(1, 4), Normal.fromVariance([2, 3], 5));
    expectAllClose(value(z.mean), [3, 4]);
    expectAllClose(value(z.variance), [9, 9]);
    const line = MultivariateNormal.fromCovariance([0, 0], [[1, 1], [1, 1]]); // prettier-ignore
    expect(sumOfIndependent(line, line).rank).toBe(1);
    const other = MultivariateNormal.fromCovariance([0, 0], [[1, -1], [-1, 1]]); // prettier-ignore
    expect(sumOfIndependent(line, other).rank).toBe(2);
    expect(() => sumOfIndependent(gaussians.full!, line)).toThrow(/of one size.*\[3\].*\[2\]/);
  });
});

describe('precision', () => {
  it.each(Object.entries(gaussians))('of a %s Gaussian is Σ⁻¹', (_, x) => {
    expectAllClose(value(precision(x)), inverse(value(x.covariance)), { rtol: 1e-13, atol: 1e-14 });
  });

  it('of batches and of a Normal; not of a singular Σ', () => {
    const factors = input('l', ['batch', 2, 2], 'float64');
    const x = MultivariateNormal.fromScaleTril([0, 0], factors);
    const l = NdArray.from([[[1, 0], [2, 3]], [[2, 0], [-1, 1]]]); // prettier-ignore
    const expected = inverse(evaluate(matmul(factors, factors, { transposeB: true }), { l }));
    expectAllClose(evaluate(precision(x), { l }), expected, { rtol: 1e-13 });
    expectAllClose(value(precision(Normal.fromVariance([1, 2], 4))), [0.25, 0.25]);
    const line = MultivariateNormal.fromCovariance([0, 0], [[1, 1], [1, 1]]); // prettier-ignore
    expect(() => precision(line)).toThrow(/singular/);
  });
});
