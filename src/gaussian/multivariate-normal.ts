import { NdArray, ValueError } from '../core/index.ts';
import { abs, add, asTensor, cholesky, where } from '../graph/index.ts';
import { Tensor } from '../graph/index.ts';
import type { TensorLike } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { constantValue, floatPair, floatTensor, squareSize } from './parameters.ts';
import { EigenRoot } from './roots/eigen.ts';
import type { CovarianceOptions } from './roots/eigen.ts';
import { PrecisionRoot } from './roots/precision.ts';
import type { CovarianceRoot } from './roots/root.ts';
import { ScaleTrilRoot } from './roots/scale-tril.ts';
import { SymmetricRoot } from './roots/symmetric.ts';

/** N(μ, Σ) with a full covariance, behind a root R of any kind: Σ = R Rᵀ, z = μ + R ε. Mean [...batch, n]. */
export class MultivariateNormal extends Gaussian {
  readonly name = 'MultivariateNormal';

  private constructor(operation: string, mean: Tensor, root: CovarianceRoot) {
    super(operation, mean, root);
  }

  /**
   * From a covariance root, the way to say which Σ^{1/2} is meant; a plain matrix is taken as the symmetric root S,
   * Σ = S S.
   */
  static fromRoot(mean: TensorLike, root: CovarianceRoot | TensorLike): MultivariateNormal {
    const operation = 'MultivariateNormal.fromRoot';
    if (isTensorLike(root)) {
      const [location, s] = floatPair(operation, mean, root);
      return new MultivariateNormal(operation, location, SymmetricRoot.fromMatrix(s));
    }
    return new MultivariateNormal(operation, asTensor(mean, root.dtype), root);
  }

  /** From the Cholesky factor L, Σ = L Lᵀ, [...batch, n, n]: lower triangular, positive on the diagonal. */
  static fromScaleTril(mean: TensorLike, scaleTril: TensorLike): MultivariateNormal {
    const operation = 'MultivariateNormal.fromScaleTril';
    const [location, factor] = floatPair(operation, mean, scaleTril);
    return new MultivariateNormal(operation, location, ScaleTrilRoot.fromScaleTril(factor));
  }

  /**
   * From Σ, [...batch, n, n], symmetric positive semidefinite.
   *
   * An array is factored here, Σ = D V Λ Vᵀ D (`EigenRoot`), in whatever units its coordinates are, and may be singular:
   * draws are exact, the density lives on the support (−∞ off it), `rank` tells its dimension. A variance that is negative,
   * or rounding beside the largest, counts as 0 where the correlations say so, and a notice tells. A tensor is factored when
   * it runs (Cholesky, differentiable) and must be positive definite; for draws from singular tensors see
   * `SymmetricRoot.fromCovariance`.
   *
   * @param options for arrays, and constant tensors
   * @throws LinearAlgebraError naming the batch index and the offending entry or eigenvalue (for tensors: when it runs);
   *   ValueError when `nearest` or `tolerance` is asked of a tensor whose values are not known
   */
  static fromCovariance(mean: TensorLike, covariance: TensorLike, options: CovarianceOptions = {}): MultivariateNormal {
    const operation = 'MultivariateNormal.fromCovariance';
    const { dtype, ...rest } = options;
    // Judged by its own rounding, before a mean of another element type or `dtype` converts it.
    const judged = covariance instanceof Tensor || dtype === undefined ? undefined : floatTensor(operation, covariance);
    const [location, sigma] = judged ? [asTensor(mean, dtype), judged] : floatPair(operation, mean, covariance);
    squareSize(operation, sigma);
    const known = constantValue(sigma);
    if (!known) {
      if (rest.nearest || rest.tolerance !== undefined) {
        throw new ValueError(
          `${operation}: nearest and tolerance need a covariance whose values are known, an array; this one is computed in a graph.`,
        );
      }
      return new MultivariateNormal(operation, location, ScaleTrilRoot.fromScaleTril(cholesky(sigma)));
    }
    const root = EigenRoot.fromCovariance(known, options);
    // A constant tensor may be differentiated with respect to; an array may not.
    const keepsTensor = covariance instanceof Tensor && !root.isSingular && !rest.nearest && dtype === undefined;
    return new MultivariateNormal(
      operation,
      location,
      keepsTensor ? ScaleTrilRoot.fromScaleTril(cholesky(sigma)) : root,
    );
  }

  /** From Σ⁻¹, [...batch, n, n], symmetric positive definite. Arrays are factored here, tensors when they run. */
  static fromPrecision(mean: TensorLike, precision: TensorLike): MultivariateNormal {
    const operation = 'MultivariateNormal.fromPrecision';
    const [location, lambda] = floatPair(operation, mean, precision);
    squareSize(operation, lambda);
    const known = constantValue(lambda);
    const checked = known && EigenRoot.fromPrecision(known);
    const root = checked && !(precision instanceof Tensor) ? checked : PrecisionRoot.fromPrecision(lambda);
    return new MultivariateNormal(operation, location, root);
  }

  /** Where Σ is singular: the density on the support, −∞ off it. */
  override logProb(x: TensorLike): Tensor {
    const density = super.logProb(x);
    if (!(this.root instanceof EigenRoot) || !this.root.isSingular) return density;
    const magnitude = add(abs(asTensor(x, this.dtype)), abs(this.mean));
    return where(this.root.isOnSupport(this.center(x), magnitude), density, -Infinity);
  }
}

function isTensorLike(value: CovarianceRoot | TensorLike): value is TensorLike {
  return (
    value instanceof Tensor ||
    value instanceof NdArray ||
    typeof value === 'number' ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  );
}
