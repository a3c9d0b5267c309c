import type { Tensor, TensorLike } from '../graph/index.ts';
import { asTensor } from '../graph/index.ts';
import { Gaussian } from './gaussian.ts';
import { floatPair } from './parameters.ts';
import type { CovarianceRoot } from './roots/root.ts';
import { ScaleTrilRoot } from './roots/scale-tril.ts';

/** N(μ, Σ) with a full covariance, behind a root R of any kind: Σ = R Rᵀ, z = μ + R ε. Mean [...batch, n]. */
export class MultivariateNormal extends Gaussian {
  readonly name = 'MultivariateNormal';

  private constructor(operation: string, mean: Tensor, root: CovarianceRoot) {
    super(operation, mean, root);
  }

  /** From a covariance root: the way to say which Σ^{1/2} is meant. */
  static fromRoot(mean: TensorLike, root: CovarianceRoot): MultivariateNormal {
    return new MultivariateNormal('MultivariateNormal.fromRoot', asTensor(mean, root.dtype), root);
  }

  /** From the Cholesky factor L, Σ = L Lᵀ, [...batch, n, n]: lower triangular, positive on the diagonal. */
  static fromScaleTril(mean: TensorLike, scaleTril: TensorLike): MultivariateNormal {
    const operation = 'MultivariateNormal.fromScaleTril';
    const [location, factor] = floatPair(operation, mean, scaleTril);
    return new MultivariateNormal(operation, location, ScaleTrilRoot.fromScaleTril(factor));
  }
}
