import { ShapeError, ValueError, formatShape } from '../core/index.ts';
import { gather, slice } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import type { Gaussian } from './gaussian.ts';
import { IsotropicNormal } from './isotropic-normal.ts';
import { LowRankMultivariateNormal } from './low-rank-multivariate-normal.ts';
import { MultivariateNormalDiag } from './multivariate-normal-diag.ts';
import { MultivariateNormal } from './multivariate-normal.ts';
import { DiagonalRoot } from './roots/diagonal.ts';
import { EigenRoot } from './roots/eigen.ts';
import { LowRankRoot } from './roots/low-rank.ts';
import { ScaleTrilRoot } from './roots/scale-tril.ts';
import { ScaledIdentityRoot } from './roots/scaled-identity.ts';
import { asStddev, asVariance } from './scale.ts';
import type { ScaleForms } from './scale.ts';

/**
 * The distribution of some coordinates, in the order given: mean μ_I, covariance Σ_II. A structure that survives the
 * selection is kept; a full Σ_II is factored anew, unless I is the first few coordinates of a Cholesky factor.
 *
 * @param indices distinct, in [0, n)
 * @throws ValueError
 */
export function marginal(distribution: Gaussian, indices: readonly number[]): Gaussian {
  checkIndices('marginal', indices, distribution.size);
  const { root } = distribution;
  const mean = select(distribution.mean, indices);
  if (root instanceof ScaledIdentityRoot) {
    return IsotropicNormal.fromRoot(mean, root.resized(indices.length));
  }
  if (root instanceof DiagonalRoot) {
    return MultivariateNormalDiag.fromRoot(mean, DiagonalRoot.fromForms(selectScale(root.scale, indices)));
  }
  if (root instanceof LowRankRoot) {
    const factor = gather(root.factor, [...indices], -2);
    return LowRankMultivariateNormal.fromRoot(mean, LowRankRoot.fromForms(selectScale(root.scale, indices), factor));
  }
  if (root instanceof ScaleTrilRoot && indices.every((index, k) => index === k)) {
    const leading = slice(root.matrix(), { [-2]: [0, indices.length], [-1]: [0, indices.length] });
    return MultivariateNormal.fromRoot(mean, ScaleTrilRoot.fromScaleTril(leading));
  }
  const block = covarianceBlock(root.covariance(), indices, indices);
  return root instanceof EigenRoot
    ? MultivariateNormal.fromCovariance(mean, evaluate(block), { onNotice: 'silent' })
    : MultivariateNormal.fromCovariance(mean, block);
}

/** Σ at the given rows and columns. */
export function covarianceBlock(covariance: Tensor, rows: readonly number[], columns: readonly number[]): Tensor {
  return gather(gather(covariance, [...rows], -2), [...columns], -1);
}

/** The given coordinates of vectors. */
export function select(x: Tensor, indices: readonly number[]): Tensor {
  return gather(x, [...indices], -1);
}

function selectScale({ stddev, variance, logStddev }: ScaleForms, indices: readonly number[]): ScaleForms {
  return {
    stddev: asStddev(gather(stddev, [...indices], -1)),
    variance: asVariance(gather(variance, [...indices], -1)),
    logStddev: gather(logStddev, [...indices], -1),
  };
}

export function checkIndices(operation: string, indices: readonly number[], size: number): void {
  const bad = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= size);
  if (bad !== undefined) throw new ValueError(`${operation}: index ${bad} is not a coordinate of ${size}.`);
  if (new Set(indices).size !== indices.length) {
    throw new ShapeError(`${operation}: the indices ${formatShape(indices)} repeat a coordinate.`);
  }
}
