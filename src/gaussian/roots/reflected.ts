import type { FloatDType } from '../../core/index.ts';
import { ShapeError, formatShape } from '../../core/index.ts';
import { broadcastGraphShapes, diagonalMatrix, div, expandDims, mul, reflect, sum } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { batchOf, floatDType, lastSize } from '../parameters.ts';
import { scaleForms } from '../scale.ts';
import type { ScaleForms, ScaleWord } from '../scale.ts';
import { CovarianceRootBase } from './root.ts';

/**
 * Σ = H diag(σ²) Hᵀ with H = H_k … H₁ a product of Householder reflections: R = H diag(σ), so a draw is σ ⊙ ε, reflected k times.
 * log|det R| is that of diag(σ), as reflections keep volumes. No verb but those that ask for a matrix forms one.
 */
export class ReflectedRoot extends CovarianceRootBase {
  readonly kind = 'reflected';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly scale: ScaleForms;
  /** v₁ … v_k, [...batch, n] each. */
  readonly reflections: readonly Tensor[];

  private constructor(scale: ScaleForms, reflections: readonly Tensor[]) {
    super();
    this.size = lastSize('ReflectedRoot', scale.stddev);
    for (const { shape } of reflections) {
      if (shape.at(-1) === this.size) continue;
      throw new ShapeError(
        `ReflectedRoot: ${this.size} variances need vectors of ${this.size} numbers, got ${formatShape(shape)}.`,
      );
    }
    this.scale = scale;
    this.reflections = reflections;
    this.batchShape = [scale.stddev, ...reflections].reduce<GraphShape>(
      (shape, x) => broadcastGraphShapes('ReflectedRoot', shape, batchOf(x, 1)),
      [],
    );
    this.dtype = floatDType('ReflectedRoot', scale.stddev);
  }

  /** The scale [...batch, n] in the form that `word` says, and the vectors of the reflections, the first one's first. */
  static from(word: ScaleWord, scale: Tensor, vectors: readonly Tensor[]): ReflectedRoot {
    return new ReflectedRoot(scaleForms(word, scale), vectors);
  }

  unwhiten(noise: TensorLike): Tensor {
    return this.reflections.reduce((x, v) => reflect(v, x), mul(this.noise(noise), this.scale.stddev));
  }

  whiten(x: TensorLike): Tensor {
    const turned = this.reflections.reduceRight((point, v) => reflect(v, point), this.points(x));
    return div(turned, this.scale.stddev);
  }

  /** Σᵢ log σᵢ */
  logAbsDet(): Tensor {
    return sum(this.scale.logStddev, -1);
  }

  /** That of diag(σ²): reflections keep it. */
  override traceCovariance(): Tensor {
    return sum(this.scale.variance, -1);
  }

  matrix(): Tensor {
    return this.reflections.reduce((x, v) => reflect(expandDims(v, -1), x, -2), diagonalMatrix(this.scale.stddev));
  }

  protected whitenColumns(columns: Tensor): Tensor {
    const turned = this.reflections.reduceRight((x, v) => reflect(expandDims(v, -1), x, -2), columns);
    return div(turned, expandDims(this.scale.stddev, -1));
  }
}
