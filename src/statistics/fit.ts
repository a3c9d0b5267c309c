import { NdArray, ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { IsotropicNormal, MultivariateNormal, MultivariateNormalDiag, Normal } from '../gaussian/index.ts';
import { momentsOf } from './moments.ts';
import type { FitOptions } from './moments.ts';

/**
 * The normal distribution of highest likelihood: mean Σ wᵢ xᵢ / Σ wᵢ, variance Σ wᵢ (xᵢ − μ)² / Σ wᵢ (the divisor is the sum of
 * weights, not n − 1).
 *
 * @param values [examples]
 * @throws ShapeError; ValueError for values that are not finite, and where all are equal: the likelihood has no maximum
 */
export function fitNormal(values: ArrayLikeInput, options: FitOptions = {}): Normal {
  const array = NdArray.from(values, 'float64');
  if (array.shape.length !== 1) {
    throw new ShapeError(`fitNormal: takes values [examples], got ${formatShape(array.shape)}.`);
  }
  const { mean, covariance } = momentsOf('fitNormal', array.reshape([array.size, 1]), options);
  requireSpread('fitNormal', covariance, 'the values');
  return Normal.fromVariance(mean[0]!, covariance[0]!);
}

/** N(μ, σ² I) of highest likelihood: σ² is the mean of the coordinates' variances. @param points [examples, n] */
export function fitIsotropicNormal(points: ArrayLikeInput, options: FitOptions = {}): IsotropicNormal {
  const operation = 'fitIsotropicNormal';
  const { mean, covariance, size } = momentsOf(operation, NdArray.from(points, 'float64'), {
    ...options,
    diagonal: true,
  });
  const variance = covariance.reduce((sum, x) => sum + x, 0) / size;
  requireSpread(operation, [variance], 'the examples');
  return IsotropicNormal.fromVariance(mean, variance);
}

/** N(μ, diag(σ²)) of highest likelihood. @param points [examples, n] @throws ValueError naming a coordinate that is constant */
export function fitMultivariateNormalDiag(points: ArrayLikeInput, options: FitOptions = {}): MultivariateNormalDiag {
  const operation = 'fitMultivariateNormalDiag';
  const { mean, covariance } = momentsOf(operation, NdArray.from(points, 'float64'), { ...options, diagonal: true });
  requireSpread(operation, covariance, 'coordinate');
  return MultivariateNormalDiag.fromVariance(mean, covariance);
}

/**
 * N(μ, Σ) of highest likelihood, Σ = Σᵢ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ / Σ wᵢ. With no more examples than coordinates Σ is singular, and
 * the distribution lives on the plane through the examples.
 *
 * @param points [examples, n]
 */
export function fitMultivariateNormal(points: ArrayLikeInput, options: FitOptions = {}): MultivariateNormal {
  const array = NdArray.from(points, 'float64');
  const { mean, covariance, size } = momentsOf('fitMultivariateNormal', array, options);
  return MultivariateNormal.fromCovariance(mean, new NdArray(covariance, [size, size]));
}

/** @throws ValueError for a variance of 0, of which the likelihood has no maximum */
export function requireSpread(operation: string, variances: ArrayLike<number>, what: string): void {
  const constant = Array.from(variances).findIndex((x) => !(x > 0));
  if (constant < 0) return;
  const place = what === 'coordinate' ? `coordinate ${constant} does` : `${what} do`;
  throw new ValueError(
    `${operation}: ${place} not vary: the likelihood grows without bound as the variance goes to 0. ` +
      'Leave it out, or set a variance yourself.',
  );
}
