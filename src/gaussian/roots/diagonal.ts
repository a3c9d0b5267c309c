import type { FloatDType } from '../../core/index.ts';
import { diagonalMatrix, div, expandDims, mul, sum } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { batchOf, checkScale, floatDType, floatTensor, lastSize } from '../parameters.ts';
import { scaleForms, unwrapScale } from '../scale.ts';
import type { ScaleForms, ScaleLike, ScaleWord } from '../scale.ts';
import { CovarianceRootBase } from './root.ts';
import type { CovarianceRoot } from './root.ts';

/** R = diag(σ), so R ε = σ ⊙ ε: the one structure whose root is elementwise. σ has shape [...batch, n]. */
export class DiagonalRoot extends CovarianceRootBase {
  readonly kind = 'diagonal';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly scale: ScaleForms;

  private constructor(scale: ScaleForms) {
    super();
    this.scale = scale;
    this.size = lastSize('DiagonalRoot', scale.stddev);
    this.batchShape = batchOf(scale.stddev, 1);
    this.dtype = floatDType('DiagonalRoot', scale.stddev);
  }

  static from<Word extends ScaleWord>(word: Word, scale: ScaleLike<Word>): DiagonalRoot {
    const x = floatTensor('DiagonalRoot', unwrapScale('DiagonalRoot', word, scale));
    checkScale('DiagonalRoot', word, x);
    return new DiagonalRoot(scaleForms(word, x));
  }

  /** From forms that are consistent already, such as a selection of another root's. */
  static fromForms(scale: ScaleForms): DiagonalRoot {
    return new DiagonalRoot(scale);
  }

  unwhiten(noise: TensorLike): Tensor {
    return mul(this.noise(noise), this.scale.stddev);
  }

  whiten(x: TensorLike): Tensor {
    return div(this.points(x), this.scale.stddev);
  }

  override quadratic(x: TensorLike): Tensor {
    return this.quadraticOfFinite(this.points(x));
  }

  /** Σᵢ log σᵢ, from ½ Σ log σᵢ² as given: no exp–log round trip. */
  logAbsDet(): Tensor {
    return sum(this.scale.logStddev, -1);
  }

  override traceCovariance(): Tensor {
    return sum(this.scale.variance, -1);
  }

  override diagonal(): Tensor {
    return this.scale.variance;
  }

  override covariance(): Tensor {
    return diagonalMatrix(this.scale.variance);
  }

  matrix(): Tensor {
    return diagonalMatrix(this.scale.stddev);
  }

  override traceRatio(other: CovarianceRoot): Tensor {
    return sum(div(other.diagonal(), this.scale.variance), -1);
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return div(columns, expandDims(this.scale.stddev, -1));
  }
}
