import type { FloatDType } from '../../core/index.ts';
import { cholesky, diagonalPart, identityMatrix, log, matmul, neg, sum, triangularSolve } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { batchOf, floatDType, floatTensor, squareSize } from '../parameters.ts';
import { applyMatrix, solveVectors } from './matrices.ts';
import { CovarianceRootBase, lazy } from './root.ts';

/** R = C⁻ᵀ, where C is the Cholesky factor of the precision Σ⁻¹ = C Cᵀ: whitening is a product, drawing a solve. */
export class PrecisionRoot extends CovarianceRootBase {
  readonly kind = 'precision';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  private readonly factor: Tensor;
  private readonly root: () => Tensor;

  private constructor(factor: Tensor) {
    super();
    this.factor = factor;
    this.size = squareSize('PrecisionRoot', factor);
    this.batchShape = batchOf(factor, 2);
    this.dtype = floatDType('PrecisionRoot', factor);
    this.root = lazy(() => triangularSolve(factor, identityMatrix(this.size, this.dtype), { transpose: true }));
  }

  /** @param precision Σ⁻¹, symmetric positive definite (checked when it runs), [...batch, n, n] */
  static fromPrecision(precision: TensorLike): PrecisionRoot {
    return new PrecisionRoot(cholesky(floatTensor('PrecisionRoot', precision)));
  }

  unwhiten(noise: TensorLike): Tensor {
    return solveVectors(this.factor, this.noise(noise), { transpose: true });
  }

  whiten(x: TensorLike): Tensor {
    return applyMatrix(this.factor, this.points(x), { transpose: true });
  }

  /** −Σᵢ log Cᵢᵢ */
  logAbsDet(): Tensor {
    return neg(sum(log(diagonalPart(this.factor)), -1));
  }

  matrix(): Tensor {
    return this.root();
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return matmul(this.factor, columns, { transposeA: true });
  }
}
