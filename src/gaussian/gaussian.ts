import { DTypeError, ShapeError, formatShape } from '../core/index.ts';
import type { FloatDType, NdArray, Shape } from '../core/index.ts';
import {
  add,
  asTensor,
  broadcastGraphShapes,
  broadcastTo,
  constant,
  div,
  log,
  mul,
  neg,
  sqrt,
  square,
  sub,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { drawNoise, halfLogTwoPi, realSupport } from './distribution.ts';
import type { Distribution, SampleAndLogProb } from './distribution.ts';
import { batchOf, checkFinite } from './parameters.ts';
import type { CovarianceRoot } from './roots/root.ts';
import { asStddev, asVariance } from './scale.ts';
import type { StddevTensor, VarianceTensor } from './scale.ts';

/** The dimension of the support, for formulas. */
export function rankTensor({ rank, dtype }: CovarianceRoot): Tensor {
  return typeof rank === 'number' ? asTensor(rank, dtype) : constant(rank, dtype);
}

/**
 * Gaussians over vectors, N(μ, Σ) with Σ = R Rᵀ: z = μ + R ε, ε ~ N(0, I). What differs between them is the structure
 * of the root R; every formula is here, once.
 */
export abstract class Gaussian<Root extends CovarianceRoot = CovarianceRoot> implements Distribution {
  abstract readonly name: string;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support = realSupport(-1);
  readonly isReparameterized = true;
  readonly root: Root;
  /** The mean as given, which broadcasts to `mean`. */
  readonly location: Tensor;

  protected constructor(operation: string, location: Tensor, root: Root) {
    if (location.dtype !== root.dtype) {
      throw new DTypeError(
        `${operation}: the mean is ${location.dtype}, the root ${root.dtype}. Convert one with cast().`,
      );
    }
    const size = location.shape.at(-1) ?? 1;
    if (size !== 1 && size !== root.size) {
      throw new ShapeError(
        `${operation}: the mean ${formatShape(location.shape)} has ${size} coordinates, the covariance ${root.size}.`,
      );
    }
    checkFinite(`${operation}: mean`, location);
    this.batchShape = broadcastGraphShapes(operation, batchOf(location, 1), root.batchShape);
    this.eventShape = [root.size];
    this.dtype = root.dtype;
    this.root = root;
    this.location = location;
  }

  /** The dimension of the support: n unless Σ is known to be singular; an array where the batch differs. */
  get rank(): number | NdArray<'int32'> {
    return this.root.rank;
  }

  /** Numbers of noise that one draw takes. */
  get noiseSize(): number {
    return this.root.noiseSize;
  }

  get size(): number {
    return this.root.size;
  }

  get mean(): Tensor {
    return this.toEvents(this.location);
  }

  get mode(): Tensor {
    return this.mean;
  }

  get variance(): VarianceTensor {
    return asVariance(this.toEvents(this.root.diagonal()));
  }

  get stddev(): StddevTensor {
    return asStddev(sqrt(this.variance));
  }

  /** Σ, [...batchShape, n, n]. */
  get covariance(): Tensor {
    return broadcastTo(this.root.covariance(), [...this.batchShape, this.size, this.size]);
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.unwhiten(this.noise(key, sampleShape));
  }

  /**
   * log q(z) = −½ ‖ε‖² − n/2 log 2π − log|det R| for z = μ + R ε: no solve. Where z is not reparameterised away, its
   * gradient is the total one, through the parameters and z together.
   */
  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    return this.fromNoise(this.noise(key, sampleShape));
  }

  /** ε [..., noiseSize] → z = μ + R ε and its log density. */
  fromNoise(noise: Tensor): SampleAndLogProb {
    const centered = this.root.unwhiten(noise);
    return {
      value: add(this.location, centered),
      logProb: this.logDensity(this.root.quadraticOfDraw({ noise, centered })),
    };
  }

  logProb(x: TensorLike): Tensor {
    return this.logDensity(this.root.quadratic(this.center(x)));
  }

  /** log N(xᵢ; μᵢ, Σᵢᵢ) of each coordinate by itself, [..., n]. */
  marginalLogProb(x: TensorLike): Tensor {
    const variance = this.root.diagonal();
    const quadratic = add(div(square(this.center(x)), variance), log(variance));
    return sub(mul(quadratic, -0.5), halfLogTwoPi);
  }

  /** n/2 (1 + log 2π) + log|det R|; for singular Σ the entropy on the support, n its dimension. */
  entropy(): Tensor {
    return add(this.toBatch(this.root.logAbsDet()), this.perDimension(halfLogTwoPi + 0.5));
  }

  /** ε with μ + R ε = x: N(μ, Σ) turned into N(0, I). */
  whiten(x: TensorLike): Tensor {
    return this.root.whiten(this.center(x));
  }

  /** μ + R ε: N(0, I) turned into N(μ, Σ). */
  unwhiten(noise: TensorLike): Tensor {
    return add(this.location, this.root.unwhiten(noise));
  }

  /** √((x − μ)ᵀ Σ⁻¹ (x − μ)): the distance from the mean in standard deviations, [...]. */
  mahalanobis(x: TensorLike): Tensor {
    return sqrt(this.root.quadratic(this.center(x)));
  }

  private noise(key: GraphKey | Key, sampleShape: GraphShape): Tensor {
    return drawNoise(key, { sample: sampleShape, batch: this.batchShape, noise: [this.root.noiseSize] }, this.dtype);
  }

  protected center(x: TensorLike): Tensor {
    const point = asTensor(x, this.dtype);
    const size = point.shape.at(-1);
    if (size !== this.size) {
      throw new ShapeError(`${this.name}: points need ${this.size} coordinates, got ${formatShape(point.shape)}.`);
    }
    return sub(point, this.location);
  }

  private logDensity(quadratic: Tensor): Tensor {
    const logNormalizer = add(this.toBatch(this.root.logAbsDet()), this.perDimension(halfLogTwoPi));
    return sub(mul(neg(quadratic), 0.5), logNormalizer);
  }

  /** The support's dimension times `value`. */
  private perDimension(value: number): Tensor {
    return mul(rankTensor(this.root), value);
  }

  private toEvents(x: Tensor): Tensor {
    return broadcastTo(x, [...this.batchShape, this.size]);
  }

  private toBatch(x: Tensor): Tensor {
    return broadcastTo(x, this.batchShape);
  }
}
