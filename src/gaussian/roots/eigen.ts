import {
  LinearAlgebraError,
  NdArray,
  ShapeError,
  ValueError,
  epsilonOf,
  formatShape,
  isFloat,
  noticesTo,
} from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OnNotice } from '../../core/index.ts';
import { evaluate } from '../../engine/reference/index.ts';
import {
  abs,
  add,
  cast,
  constant,
  div,
  equal,
  expandDims,
  greater,
  lessEqual,
  log,
  logicalAnd,
  matmul,
  max,
  min,
  mul,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../../graph/index.ts';
import type { GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import { factorCovariance, nearestPsd, relativeDistance } from '../../linalg/index.ts';
import { applyMatrix } from './matrices.ts';
import { CovarianceRootBase } from './root.ts';
import type { Draw } from './root.ts';

/** V diag(values) Vᵀ as arrays, values ≥ 0 and exactly 0 outside the support. */
export interface Spectrum {
  /** [...batch, n] */
  readonly values: NdArray<FloatDType>;
  /** Orthonormal columns, [...batch, n, n]. */
  readonly vectors: NdArray<FloatDType>;
}

/** How a Σ whose values are known is taken. */
export interface CovarianceOptions {
  /** Take the positive semidefinite matrix nearest to Σ in the Frobenius norm; a notice says how far it is. */
  readonly nearest?: boolean;
  /**
   * In place of rounding, relative: eigenvalues of the correlation matrix within ± this of its largest count as 0, and so
   * does a variance below zero by up to this times the largest eigenvalue of Σ.
   */
  readonly tolerance?: number;
  /** Element type of the result. Default: that of Σ, by whose rounding it is judged in any case. */
  readonly dtype?: FloatDType;
  /** Is told in a sentence what was taken otherwise than given. Default: the console's warnings. */
  readonly onNotice?: OnNotice | undefined;
}

function refuseOthers(options: object): void {
  for (const name of Object.keys(options)) {
    throw new ValueError(`fromCovariance: unknown option '${name}'; known are nearest, tolerance, dtype, onNotice.`);
  }
}

/** Σ = D V Λ Vᵀ D. */
interface Parts extends Spectrum {
  /** The diagonal of D, [...batch, n]. */
  readonly stddevs: NdArray<FloatDType>;
  /** ½ log det Σ, on the support, [...batch]. */
  readonly logVolume: NdArray<FloatDType>;
  /** Σ where it was given, [...batch, n, n]. */
  readonly covariance?: NdArray<FloatDType>;
}

/**
 * R = D V √Λ of a Σ whose values are known: D its standard deviations, V Λ Vᵀ its correlation matrix, factored once and kept
 * as constants. Units do not matter: variances are Σᵢᵢ, and x → D x scales the rows of R. Singular Σ is legal: R ε draws
 * exactly from the support, R⁻¹ is the inverse there, and for the columns B of R that are not zero ½ log det BᵀB stands for
 * log|det R|: the density is relative to Lebesgue measure on the support.
 */
export class EigenRoot extends CovarianceRootBase {
  readonly kind = 'eigen';
  readonly size: number;
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  /** Of the correlation matrix; of Σ itself where it was given as a spectrum. */
  readonly spectrum: Spectrum;
  /** D, [...batch, n]: √Σᵢᵢ, or 1 beside the spectrum of Σ itself. */
  readonly stddevs: NdArray<FloatDType>;
  private readonly ranks: number | NdArray<'int32'>;
  private readonly sigma: Tensor;
  private readonly root: Tensor;
  private readonly inverse: Tensor;
  private readonly logDet: Tensor;
  /** 1 for the positive eigenvalues, else 0. */
  private readonly support: Tensor;
  /** D⁻¹ V outside the support, the other columns 0. */
  private readonly nullBasis: Tensor;
  /** D⁻¹; 0 where D is. */
  private readonly precisions: Tensor;
  private readonly supportSlack: Tensor;

  private constructor({ values, vectors, stddevs, logVolume, covariance }: Parts) {
    super();
    this.spectrum = { values, vectors };
    this.stddevs = stddevs;
    this.size = values.shape.at(-1) ?? 0;
    this.batchShape = values.shape.slice(0, -1);
    this.dtype = values.dtype;
    this.ranks = ranksOf(values);
    const [lambda, basis, d] = [constant(values), constant(vectors), constant(stddevs)];
    const known = (x: Tensor): Tensor => constant(evaluate(x));
    const positive = greater(lambda, 0);
    const scales = where(positive, sqrt(where(positive, lambda, 1)), 0);
    const inverses = where(positive, div(1, where(positive, scales, 1)), 0);
    this.precisions = known(where(greater(d, 0), div(1, where(greater(d, 0), d, 1)), 0));
    const columns = (rows: Tensor, weights: Tensor): Tensor =>
      known(mul(mul(expandDims(rows, -1), basis), expandDims(weights, -2)));
    this.root = columns(d, scales);
    this.inverse = columns(this.precisions, inverses);
    this.nullBasis = columns(this.precisions, cast(equal(lambda, 0), this.dtype));
    this.sigma = covariance ? constant(covariance) : known(matmul(this.root, this.root, { transposeB: true }));
    this.support = known(cast(positive, this.dtype));
    this.logDet = constant(logVolume);
    this.supportSlack = known(slackOf(lambda, this.size));
  }

  /**
   * @param covariance Σ, [...batch, n, n], symmetric positive semidefinite
   * @throws LinearAlgebraError naming the batch index and the offending entry or eigenvalue
   */
  static fromCovariance(covariance: ArrayLikeInput, options: CovarianceOptions = {}): EigenRoot {
    const { nearest = false, tolerance, dtype, onNotice, ...unknown } = options;
    refuseOthers(unknown);
    const tell = noticesTo(onNotice);
    const say = (message: string): void => {
      tell(`covariance: ${message}.`);
    };
    let sigma = covariance;
    if (nearest) {
      sigma = nearestPsd(covariance);
      const distance = relativeDistance(sigma, covariance);
      if (distance > 0) {
        say(
          `took the nearest positive semidefinite matrix, at ${Number(distance.toPrecision(3))} ‖Σ‖ in the Frobenius norm`,
        );
      }
    }
    const { notices, ...factor } = factorCovariance(sigma, { ...(tolerance !== undefined && { rtol: tolerance }), ...(dtype && { dtype }) }); // prettier-ignore
    notices.forEach(say);
    return new EigenRoot(factor);
  }

  /** @param precision Σ⁻¹, [...batch, n, n], symmetric positive definite @throws LinearAlgebraError */
  static fromPrecision(precision: ArrayLikeInput): EigenRoot {
    const { values, vectors, stddevs, logVolume } = factorCovariance(precision);
    const zero = values.data.indexOf(0);
    if (zero >= 0) {
      throw new LinearAlgebraError(
        `MultivariateNormal.fromPrecision: matrix ${Math.floor(zero / (values.shape.at(-1) ?? 1))} is singular (an ` +
          'eigenvalue is 0), so some variance is infinite. A precision must be positive definite.',
      );
    }
    const over = (x: NdArray<FloatDType>): NdArray<FloatDType> => map(x, (value) => 1 / value);
    return new EigenRoot({
      values: over(values),
      vectors,
      stddevs: over(stddevs),
      logVolume: map(logVolume, (value) => -value),
    });
  }

  /**
   * From Σ = V diag(values) Vᵀ itself: R = V √Λ.
   * @throws ShapeError, ValueError when a value is negative or not finite, or the columns of V are not orthonormal
   */
  static fromSpectrum(spectrum: { readonly values: ArrayLikeInput; readonly vectors: ArrayLikeInput }): EigenRoot {
    const [values, vectors] = [floatArray('values', spectrum.values), floatArray('vectors', spectrum.vectors)];
    const n = values.shape.at(-1);
    const expected = [...values.shape, n ?? 0];
    if (n === undefined || formatShape(vectors.shape) !== formatShape(expected)) {
      throw new ShapeError(
        `EigenRoot.fromSpectrum: values [..., n] need vectors [..., n, n], got ${formatShape(values.shape)} and ${formatShape(vectors.shape)}.`,
      );
    }
    const bad = values.data.findIndex((value) => !(value >= 0 && value < Infinity));
    if (bad >= 0) {
      throw new ValueError(
        `EigenRoot.fromSpectrum: eigenvalues of a covariance are finite and not negative, got ${values.data[bad]} at entry ${bad}. Set to 0 what is rounding.`,
      );
    }
    const basis = constant(vectors);
    const gram = evaluate(matmul(basis, basis, { transposeA: true }));
    // Columns that are orthonormal to half the digits: less is another matrix than was meant.
    const limit = Math.sqrt(epsilonOf[vectors.dtype]);
    if (!gram.data.every((x, at) => Math.abs(x - (Math.floor(at / n) % n === at % n ? 1 : 0)) <= limit)) {
      throw new ValueError('EigenRoot.fromSpectrum: the columns of vectors must be orthonormal.');
    }
    const lambda = constant(values, vectors.dtype);
    const volume = mul(sum(log(where(greater(lambda, 0), lambda, 1)), -1), 0.5);
    return new EigenRoot({
      values: evaluate(lambda) as NdArray<FloatDType>,
      vectors,
      stddevs: map(evaluate(lambda) as NdArray<FloatDType>, () => 1),
      logVolume: evaluate(volume) as NdArray<FloatDType>,
    });
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

  /** Σᵢᵢ as given. */
  override diagonal(): Tensor {
    const { shape, data } = evaluate(this.sigma);
    const n = this.size;
    const picked = data.filter((_, at) => Math.floor(at / Math.max(n, 1)) % n === at % n);
    return constant(new NdArray(picked, shape.slice(0, -1)));
  }

  override covariance(): Tensor {
    return this.sigma;
  }

  matrix(): Tensor {
    return this.root;
  }

  /**
   * Whether x lies in the range of Σ, up to rounding. In units of the standard deviations, the part outside may be
   * `slack` + 16 n ε `magnitude`, where slack covers how far rounding turns the support and `magnitude` is the size of the
   * numbers x was computed from; a coordinate without variance may be off by 16 n ε of its own magnitude.
   *
   * @param x [..., n] @param magnitude [..., n] @returns bool [...]
   */
  isOnSupport(x: Tensor, magnitude: Tensor): Tensor {
    const share = rounding(this.size, this.dtype);
    const outside = norm(applyMatrix(this.nullBasis, x, { transpose: true }), -1);
    const allowed = add(this.supportSlack, mul(norm(mul(magnitude, this.precisions), -1), share));
    return this.fixed(lessEqual(outside, allowed), sub(abs(x), mul(magnitude, share)), -1);
  }

  /** `isOnSupport` for the columns of a factor of another covariance, all at once. */
  supports(factor: Tensor): Tensor {
    const outside = norm(matmul(this.nullBasis, factor, { transposeA: true }), [-2, -1]);
    const size = norm(mul(factor, expandDims(this.precisions, -1)), [-2, -1]);
    const allowed = add(this.supportSlack, mul(size, rounding(this.size, this.dtype)));
    return this.fixed(lessEqual(outside, allowed), max(abs(factor), -1), -1);
  }

  /** Whether, besides `inside`, `excess` [..., n] is at most 0 where there is no variance. */
  private fixed(inside: Tensor, excess: Tensor, axis: number): Tensor {
    if (!this.stddevs.data.includes(0)) return inside;
    return logicalAnd(inside, lessEqual(max(where(equal(this.precisions, 0), excess, 0), axis), 0));
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

function map({ data, shape, dtype }: NdArray<FloatDType>, f: (value: number) => number): NdArray<FloatDType> {
  return new NdArray<FloatDType>(data.map(f), shape, dtype);
}

/** Numbers as floats; whole numbers count as float64. */
function floatArray(name: string, values: ArrayLikeInput): NdArray<FloatDType> {
  const array: NdArray = NdArray.from(values);
  const floats = isFloat(array.dtype) ? (array as NdArray<FloatDType>) : NdArray.from(array, 'float64');
  const bad = floats.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ValueError(`EigenRoot.fromSpectrum: ${name} hold ${floats.data[bad]} at entry ${bad}.`);
  return floats;
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
