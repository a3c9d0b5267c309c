import { ShapeError } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { asTensor, broadcastTo, div, expandDims, identityMatrix, mul, square, sum } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { checkScale, floatDType, floatTensor } from '../parameters.ts';
import { scaleForms, unwrapScale } from '../scale.ts';
import type { ScaleForms, ScaleLike, ScaleWord } from '../scale.ts';
import { CovarianceRootBase } from './root.ts';
import type { CovarianceRoot } from './root.ts';

/** R = σ I: one standard deviation for all n coordinates, [...batch]. */
export class ScaledIdentityRoot extends CovarianceRootBase {
  readonly kind = 'scaledIdentity';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly scale: ScaleForms;
  /** Whether σ is 1 by construction: the formulas then shed their factors. */
  readonly isUnit: boolean;

  private constructor(size: number, scale: ScaleForms, options: { readonly isUnit: boolean }) {
    super();
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(`ScaledIdentityRoot: the size must be a whole number, got ${size}.`);
    }
    this.size = size;
    this.scale = scale;
    this.isUnit = options.isUnit;
    this.batchShape = scale.stddev.shape;
    this.dtype = floatDType('ScaledIdentityRoot', scale.stddev);
  }

  /** Σ = I. */
  static unit(size: number, dtype: FloatDType): ScaledIdentityRoot {
    const one = asTensor(1, dtype);
    const forms = { ...scaleForms('stddev', one), variance: scaleForms('variance', one).variance };
    return new ScaledIdentityRoot(size, { ...forms, logStddev: asTensor(0, dtype) }, { isUnit: true });
  }

  static from<Word extends ScaleWord>(word: Word, size: number, scale: ScaleLike<Word>): ScaledIdentityRoot {
    const x = floatTensor('ScaledIdentityRoot', unwrapScale('ScaledIdentityRoot', word, scale));
    checkScale('ScaledIdentityRoot', word, x);
    return new ScaledIdentityRoot(size, scaleForms(word, x), { isUnit: false });
  }

  /** The same σ over another number of coordinates. */
  resized(size: number): ScaledIdentityRoot {
    return new ScaledIdentityRoot(size, this.scale, { isUnit: this.isUnit });
  }

  unwhiten(noise: TensorLike): Tensor {
    return mul(this.noise(noise), this.column(this.scale.stddev));
  }

  whiten(x: TensorLike): Tensor {
    return div(this.points(x), this.column(this.scale.stddev));
  }

  override quadratic(x: TensorLike): Tensor {
    return div(sum(square(this.points(x)), -1), this.scale.variance);
  }

  logAbsDet(): Tensor {
    return this.isUnit ? this.scale.logStddev : mul(this.scale.logStddev, this.size);
  }

  override traceCovariance(): Tensor {
    return this.isUnit ? asTensor(this.size, this.dtype) : mul(this.scale.variance, this.size);
  }

  override diagonal(): Tensor {
    return broadcastTo(this.column(this.scale.variance), [...this.batchShape, this.size]);
  }

  override covariance(): Tensor {
    return mul(this.cell(this.scale.variance), identityMatrix(this.size, this.dtype));
  }

  matrix(): Tensor {
    return mul(this.cell(this.scale.stddev), identityMatrix(this.size, this.dtype));
  }

  override traceRatio(other: CovarianceRoot): Tensor {
    return div(other.traceCovariance(), this.scale.variance);
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return div(columns, this.cell(this.scale.stddev));
  }

  /** σ beside vectors: [...batch] → [...batch, 1]; a lone scalar stays one. */
  private column(x: Tensor): Tensor {
    return x.rank === 0 ? x : expandDims(x, -1);
  }

  private cell(x: Tensor): Tensor {
    return x.rank === 0 ? x : expandDims(expandDims(x, -1), -1);
  }
}
