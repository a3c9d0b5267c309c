import { checkOptions } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { cholesky, diagonalPart, log, matmul, mul, sqrtmh, sum, triangularSolve } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { factorCovariance } from '../../linalg/index.ts';
import { batchOf, constantValue, floatDType, floatTensor, squareSize } from '../parameters.ts';
import { applyMatrix, solveVectors } from './matrices.ts';
import { CovarianceRootBase, lazy } from './root.ts';
import { checkFactor, triangularRules } from './scale-tril.ts';
import type { TriangularOptions } from './scale-tril.ts';

/**
 * R = S, the symmetric positive semidefinite matrix with S S = Σ: Σ^{1/2} itself, [...batch, n, n]. It turns with the
 * basis and moves points least (the optimal-transport map from N(0, I)).
 *
 * Densities use the Cholesky factor L of S (not of Σ, whose condition is the square), with S = L Lᵀ and
 * log|det S| = 2 Σᵢ log Lᵢᵢ. Given L, no verb but whitening needs a host op.
 */
export class SymmetricRoot extends CovarianceRootBase {
  readonly kind = 'symmetric';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  private readonly root: () => Tensor;
  private readonly factor: () => Tensor;
  private readonly logDiagonal: () => Tensor;

  private constructor(sample: Tensor, parts: { root: () => Tensor; factor: () => Tensor; logDiagonal: () => Tensor }) {
    super();
    this.size = squareSize('SymmetricRoot', sample);
    this.batchShape = batchOf(sample, 2);
    this.dtype = floatDType('SymmetricRoot', sample);
    this.root = parts.root;
    this.factor = parts.factor;
    this.logDiagonal = parts.logDiagonal;
  }

  /**
   * From S. Known values are checked here; in a graph, S must be symmetric positive definite for densities (checked when
   * they run), semidefinite for draws.
   * @throws LinearAlgebraError naming the batch index and the offending entry or eigenvalue
   */
  static fromMatrix(root: TensorLike): SymmetricRoot {
    const s = floatTensor('SymmetricRoot', root);
    const value = constantValue(s);
    if (value) factorCovariance(value);
    return SymmetricRoot.ofRoot(s);
  }

  /** From Σ, through `sqrtmh`: a host op, differentiable; singular Σ gives exact draws. */
  static fromCovariance(covariance: TensorLike): SymmetricRoot {
    return SymmetricRoot.ofRoot(sqrtmh(floatTensor('SymmetricRoot', covariance)));
  }

  /** From the Cholesky factor L of S itself, S = L Lᵀ, so Σ = (L Lᵀ)²: what a VAE's head emits. */
  static fromCholesky(scaleTril: TensorLike, options: TriangularOptions = {}): SymmetricRoot {
    checkOptions('fromCholesky', options, triangularRules);
    const l = floatTensor('SymmetricRoot.fromCholesky', scaleTril);
    squareSize('SymmetricRoot.fromCholesky', l);
    checkFactor('SymmetricRoot.fromCholesky', l);
    const { logDiagonal } = options;
    return new SymmetricRoot(l, {
      root: lazy(() => matmul(l, l, { transposeB: true })),
      factor: () => l,
      logDiagonal: lazy(() => logDiagonal ?? log(diagonalPart(l))),
    });
  }

  private static ofRoot(s: Tensor): SymmetricRoot {
    const factor = lazy(() => cholesky(s));
    return new SymmetricRoot(s, { root: () => s, factor, logDiagonal: lazy(() => log(diagonalPart(factor()))) });
  }

  unwhiten(noise: TensorLike): Tensor {
    return applyMatrix(this.root(), this.noise(noise));
  }

  whiten(x: TensorLike): Tensor {
    const forward = solveVectors(this.factor(), this.points(x));
    return solveVectors(this.factor(), forward, { transpose: true });
  }

  logAbsDet(): Tensor {
    return mul(sum(this.logDiagonal(), -1), 2);
  }

  matrix(): Tensor {
    return this.root();
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return triangularSolve(this.factor(), triangularSolve(this.factor(), columns), { transpose: true });
  }
}
