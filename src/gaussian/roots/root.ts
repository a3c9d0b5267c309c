import { ShapeError, formatShape } from '../../core/index.ts';
import type { FloatDType, NdArray } from '../../core/index.ts';
import { abs, asTensor, equal, expandDims, matmul, max, square, sum, where } from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';

/** Which structure a covariance root has. */
export type RootKind =
  'scaledIdentity' | 'diagonal' | 'triangular' | 'symmetric' | 'lowRank' | 'precision' | 'eigen' | 'reflected';

/** Noise ε [..., noiseSize] and what became of it, R ε [..., n]. */
export interface Draw {
  readonly noise: Tensor;
  readonly centered: Tensor;
}

/**
 * A factor R of a covariance: Σ = R Rᵀ, so z = μ + R ε has covariance Σ. One set of verbs for every structure; none
 * forms Σ or inverts it unless asked for it. `testCovarianceRoot` compares each root with its dense Σ.
 *
 * Vectors are the last axis; their leading axes broadcast against `batchShape`.
 */
export interface CovarianceRoot {
  readonly kind: RootKind;
  /** n: Σ is n × n. */
  readonly size: number;
  /** Entries of ε that one draw takes: n, or n + r where R is not square. */
  readonly noiseSize: number;
  /** Dimension of the support: n unless Σ is known to be singular; an array where the batch differs. */
  readonly rank: number | NdArray<'int32'>;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  /** R ε, [..., noiseSize] → [..., n]. */
  unwhiten(noise: TensorLike): Tensor;
  /** R⁻¹ x, [..., n] → [..., noiseSize]; the shortest ε with R ε = x where R is not square. */
  whiten(x: TensorLike): Tensor;
  /** xᵀ Σ⁻¹ x = ‖R⁻¹ x‖², [..., n] → [...]. */
  quadratic(x: TensorLike): Tensor;
  /** `quadratic` of a draw, whose noise is known: ‖ε‖² where R is square. */
  quadraticOfDraw(draw: Draw): Tensor;
  /** ½ log det Σ = log|det R| for square R, [...batch]. */
  logAbsDet(): Tensor;
  /** tr Σ = ‖R‖²_F, [...batch]. */
  traceCovariance(): Tensor;
  /** The variances Σᵢᵢ, [...batch, n]. */
  diagonal(): Tensor;
  /** Σ, [...batch, n, n]. */
  covariance(): Tensor;
  /** R, [...batch, n, noiseSize]. */
  matrix(): Tensor;
  /** tr(Σ⁻¹ Σ_other) = ‖R⁻¹ R_other‖²_F, [...batch]. */
  traceRatio(other: CovarianceRoot): Tensor;
}

/** What follows from the other verbs; a structure overrides what it can do faster. */
export abstract class CovarianceRootBase implements CovarianceRoot {
  abstract readonly kind: RootKind;
  abstract readonly size: number;
  abstract readonly batchShape: GraphShape;
  abstract readonly dtype: FloatDType;
  abstract unwhiten(noise: TensorLike): Tensor;
  abstract whiten(x: TensorLike): Tensor;
  abstract logAbsDet(): Tensor;
  abstract matrix(): Tensor;
  /** R⁻¹ X for the columns of X, [..., n, k] → [..., noiseSize, k]. */
  protected abstract whitenColumns(columns: Tensor): Tensor;

  /** ε as a tensor. A vector of another size would broadcast, and share its noise among coordinates, in silence. */
  protected noise(noise: TensorLike): Tensor {
    return this.vectors('unwhiten', noise, this.noiseSize);
  }

  /** Points as a tensor. */
  protected points(x: TensorLike): Tensor {
    return this.vectors('whiten', x, this.size);
  }

  private vectors(verb: string, x: TensorLike, size: number): Tensor {
    const tensor = asTensor(x, this.dtype);
    if (tensor.shape.at(-1) === size) return tensor;
    throw new ShapeError(
      `${verb}: the ${this.kind} root takes vectors of ${size} entries, got ${formatShape(tensor.shape)}.`,
    );
  }

  get noiseSize(): number {
    return this.size;
  }

  get rank(): number | NdArray<'int32'> {
    return this.size;
  }

  /** ∞ for a point at infinity, whose product with a matrix would be ∞ − ∞. */
  quadratic(x: TensorLike): Tensor {
    const points = this.points(x);
    if (this.size === 0) return this.quadraticOfFinite(points);
    const isInfinite = equal(max(abs(points), -1), Infinity);
    return where(isInfinite, Infinity, this.quadraticOfFinite(where(expandDims(isInfinite, -1), 0, points)));
  }

  protected quadraticOfFinite(points: Tensor): Tensor {
    return sum(square(this.whiten(points)), -1);
  }

  quadraticOfDraw({ noise }: Draw): Tensor {
    return sum(square(noise), -1);
  }

  traceCovariance(): Tensor {
    return sum(square(this.matrix()), [-2, -1]);
  }

  diagonal(): Tensor {
    return sum(square(this.matrix()), -1);
  }

  covariance(): Tensor {
    return matmul(this.matrix(), this.matrix(), { transposeB: true });
  }

  traceRatio(other: CovarianceRoot): Tensor {
    return sum(square(this.whitenColumns(other.matrix())), [-2, -1]);
  }
}

/** Builds a tensor once, on first use. */
export function lazy(build: () => Tensor): () => Tensor {
  let built: Tensor | undefined;
  return () => (built ??= build());
}
