import { LinearAlgebraError, checkOptions, formatShape, rule } from '../../core/index.ts';
import type { FloatDType, OptionRules } from '../../core/index.ts';
import { diagonalPart, log, sum, triangularSolve } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { batchOf, checkFinite, constantValue, floatDType, floatTensor, squareSize } from '../parameters.ts';
import { applyMatrix, solveVectors } from './matrices.ts';
import { CovarianceRootBase } from './root.ts';

/** What the caller knows of a triangular root already. */
export interface TriangularOptions {
  /** log Lᵢᵢ, [...batch, n], where the caller has it: spares reading it off L. */
  readonly logDiagonal?: Tensor;
}

export const triangularRules: OptionRules<TriangularOptions> = { logDiagonal: rule.object };

/** R = L, lower triangular with a positive diagonal: the Cholesky factor of Σ = L Lᵀ, [...batch, n, n]. */
export class ScaleTrilRoot extends CovarianceRootBase {
  readonly kind = 'triangular';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  private readonly factor: Tensor;
  private readonly logDiagonal: Tensor;

  private constructor(factor: Tensor, logDiagonal: Tensor) {
    super();
    this.factor = factor;
    this.logDiagonal = logDiagonal;
    this.size = squareSize('ScaleTrilRoot', factor);
    this.batchShape = batchOf(factor, 2);
    this.dtype = floatDType('ScaleTrilRoot', factor);
  }

  /**
   * @param scaleTril zero above the diagonal, positive on it: checked here where the values are known; in a graph, what
   *   builds the factor answers for it
   * @throws LinearAlgebraError
   */
  static fromScaleTril(scaleTril: TensorLike, options: TriangularOptions = {}): ScaleTrilRoot {
    checkOptions('fromScaleTril', options, triangularRules);
    const factor = floatTensor('ScaleTrilRoot', scaleTril);
    squareSize('ScaleTrilRoot', factor);
    checkFactor('ScaleTrilRoot', factor);
    return new ScaleTrilRoot(factor, options.logDiagonal ?? log(diagonalPart(factor)));
  }

  unwhiten(noise: TensorLike): Tensor {
    return applyMatrix(this.factor, this.noise(noise));
  }

  whiten(x: TensorLike): Tensor {
    return solveVectors(this.factor, this.points(x));
  }

  /** Σᵢ log Lᵢᵢ */
  logAbsDet(): Tensor {
    return sum(this.logDiagonal, -1);
  }

  matrix(): Tensor {
    return this.factor;
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return triangularSolve(this.factor, columns);
  }
}

/** Checks a triangular factor whose values are known. @throws LinearAlgebraError naming the entry */
export function checkFactor(operation: string, factor: Tensor): void {
  const value = constantValue(factor);
  if (!value) return;
  checkFinite(operation, factor);
  const n = value.shape.at(-1) ?? 0;
  value.data.forEach((entry, at) => {
    const column = at % n;
    const row = Math.floor(at / n) % n;
    if (row > column || (row < column ? entry === 0 : entry > 0)) return;
    const where = `entry ${formatShape([row, column])} of matrix ${Math.floor(at / (n * n))} is ${entry}`;
    throw new LinearAlgebraError(
      row === column
        ? `${operation}: the diagonal of a Cholesky factor must be positive, but ${where}. For a singular covariance use fromCovariance.`
        : `${operation}: must be lower triangular, but ${where}. For a symmetric root use SymmetricRoot.fromMatrix.`,
    );
  });
}
