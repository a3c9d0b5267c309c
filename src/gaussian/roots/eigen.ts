import { LinearAlgebraError, NdArray, epsilonOf } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import {
  add,
  cast,
  constant,
  div,
  equal,
  expandDims,
  greater,
  lessEqual,
  log,
  matmul,
  max,
  min,
  mul,
  sqrt,
  square,
  sum,
  where,
} from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { checkCovariance } from '../../linalg/index.ts';
import { applyMatrix } from './matrices.ts';
import { CovarianceRootBase } from './root.ts';
import type { Draw } from './root.ts';

/** Σ = V diag(values) Vᵀ as arrays, values ≥ 0 and exactly 0 outside the support. */
export interface Spectrum {
  /** [...batch, n] */
  readonly values: NdArray<FloatDType>;
  /** Orthonormal columns, [...batch, n, n]. */
  readonly vectors: NdArray<FloatDType>;
}

/**
 * R = V √Λ of a Σ whose values are known: factored once, kept as constants. Singular Σ is legal: R ε draws exactly from
 * the support, R⁻¹ is the pseudo-inverse, the determinant is the product of the positive eigenvalues.
 */
export class EigenRoot extends CovarianceRootBase {
  readonly kind = 'eigen';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly spectrum: Spectrum;
  private readonly ranks: number | NdArray<'int32'>;
  private readonly root: Tensor;
  private readonly inverse: Tensor;
  private readonly logDet: Tensor;
  /** 1 for the positive eigenvalues, else 0. */
  private readonly support: Tensor;
  /** The eigenvectors outside the support, the other columns 0. */
  private readonly nullBasis: Tensor;
  private readonly supportSlack: Tensor;

  private constructor(spectrum: Spectrum) {
    super();
    const { values, vectors } = spectrum;
    this.spectrum = spectrum;
    this.size = values.shape.at(-1) ?? 0;
    this.batchShape = values.shape.slice(0, -1);
    this.dtype = values.dtype;
    this.ranks = ranksOf(values);
    const [lambda, basis] = [constant(values), constant(vectors)];
    const positive = greater(lambda, 0);
    const scales = where(positive, sqrt(where(positive, lambda, 1)), 0);
    const inverses = where(positive, div(1, where(positive, scales, 1)), 0);
    const columns = (weights: Tensor): Tensor => constant(evaluate(mul(basis, expandDims(weights, -2))));
    this.root = columns(scales);
    this.inverse = columns(inverses);
    this.nullBasis = columns(cast(equal(lambda, 0), this.dtype));
    this.support = constant(evaluate(cast(positive, this.dtype)));
    this.logDet = constant(evaluate(mul(sum(log(where(positive, lambda, 1)), -1), 0.5)));
    this.supportSlack = constant(evaluate(slackOf(lambda, this.size)));
  }

  /**
   * @param covariance Σ, [...batch, n, n], symmetric positive semidefinite
   * @throws LinearAlgebraError naming the batch index and the offending entry or eigenvalue
   */
  static fromCovariance(covariance: ArrayLikeInput): EigenRoot {
    const { eigenvalues, eigenvectors } = checkCovariance(covariance);
    return new EigenRoot({ values: eigenvalues, vectors: eigenvectors });
  }

  /** @param precision Σ⁻¹, [...batch, n, n], symmetric positive definite @throws LinearAlgebraError */
  static fromPrecision(precision: ArrayLikeInput): EigenRoot {
    const { eigenvalues, eigenvectors } = checkCovariance(precision);
    const zero = eigenvalues.data.indexOf(0);
    if (zero >= 0) {
      throw new LinearAlgebraError(
        `MultivariateNormal.fromPrecision: matrix ${Math.floor(zero / (eigenvalues.shape.at(-1) ?? 1))} is singular (an ` +
          'eigenvalue is 0), so some variance is infinite. A precision must be positive definite.',
      );
    }
    const values = evaluate(div(1, constant(eigenvalues))) as NdArray<FloatDType>;
    return new EigenRoot({ values, vectors: eigenvectors });
  }

  /** From a decomposition whose values are known to be ≥ 0. */
  static fromSpectrum(spectrum: Spectrum): EigenRoot {
    return new EigenRoot(spectrum);
  }

  override get rank(): number | NdArray<'int32'> {
    return this.ranks;
  }

  get isSingular(): boolean {
    return this.spectrum.values.data.includes(0);
  }

  unwhiten(noise: TensorLike): Tensor {
    return applyMatrix(this.root, this.noise(noise));
  }

  whiten(x: TensorLike): Tensor {
    return applyMatrix(this.inverse, this.points(x), { transpose: true });
  }

  /** Noise outside the support leaves no trace in R ε. */
  override quadraticOfDraw({ noise }: Draw): Tensor {
    return sum(mul(square(noise), this.support), -1);
  }

  logAbsDet(): Tensor {
    return this.logDet;
  }

  matrix(): Tensor {
    return this.root;
  }

  /**
   * Whether x lies in the range of Σ, up to rounding: the part outside may be `slack` + 16 n ε `magnitude`, where slack
   * covers how far rounding turns the support and `magnitude` is the size of the numbers x was computed from.
   *
   * @param x [..., n] @returns bool [...]
   */
  isOnSupport(x: Tensor, magnitude: Tensor): Tensor {
    const outside = norm(applyMatrix(this.nullBasis, x, { transpose: true }), -1);
    return lessEqual(outside, add(this.supportSlack, mul(magnitude, rounding(this.size, this.dtype))));
  }

  /** `isOnSupport` for the columns of a factor of another covariance, all at once. */
  supports(factor: Tensor): Tensor {
    const outside = norm(matmul(this.nullBasis, factor, { transposeA: true }), [-2, -1]);
    return lessEqual(outside, add(this.supportSlack, mul(norm(factor, [-2, -1]), rounding(this.size, this.dtype))));
  }

  protected whitenColumns(columns: Tensor): Tensor {
    return matmul(this.inverse, columns, { transposeA: true });
  }
}

const norm = (x: Tensor, axes: number | readonly number[]): Tensor => sqrt(sum(square(x), axes));

const rounding = (n: number, dtype: FloatDType): number => 16 * n * epsilonOf[dtype];

/** Rounding of Σ turns eigenvector i by up to ε λmax/λᵢ, along which draws have size √λᵢ: 16 n ε λmax / √λmin+. */
function slackOf(lambda: Tensor, n: number): Tensor {
  if (n === 0) return sum(lambda, -1);
  const largest = max(lambda, -1);
  const least = min(where(greater(lambda, 0), lambda, Infinity), -1);
  return mul(div(largest, sqrt(least)), rounding(n, lambda.dtype as FloatDType));
}

/** How many eigenvalues are positive; one number where all matrices agree. */
function ranksOf({ data, shape }: NdArray<FloatDType>): number | NdArray<'int32'> {
  const n = shape.at(-1) ?? 0;
  const batch = shape.slice(0, -1);
  const ranks = new Int32Array(batch.reduce((product, size) => product * size, 1));
  data.forEach((value: number, at: number) => {
    const matrix = Math.floor(at / n);
    if (value > 0) ranks[matrix] = (ranks[matrix] ?? 0) + 1;
  });
  const first = ranks[0] ?? n;
  return ranks.every((rank) => rank === first) ? first : new NdArray(ranks, batch, 'int32');
}
