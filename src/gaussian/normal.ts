import type { FloatDType, Shape } from '../core/index.ts';
import { add, asTensor, broadcastGraphShapes, broadcastTo, div, mul, neg, square, sub } from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { drawNoise, halfLogTwoPi, realSupport } from './distribution.ts';
import type { Distribution, SampleAndLogProb } from './distribution.ts';
import { registerKl } from './kl-registry.ts';
import { standardNormalQuantile } from './normal-quantile.ts';
import { logUpperTail, upperTail } from './normal-tail.ts';
import { checkEntries, checkFinite, checkScale, floatDType, floatPair } from './parameters.ts';
import { asStddev, asVariance, scaleForms, unwrapScale } from './scale.ts';
import type { ScaleForms, ScaleLike, ScaleWord, StddevTensor, VarianceTensor } from './scale.ts';

/**
 * N(μ, σ²) over numbers: z = μ + σ ε with σ = √(σ²), the standard deviation. A Normal with variance 16 has standard
 * deviation 4, and multiplies its noise by 4. Parameters broadcast to the batch shape.
 */
export class Normal implements Distribution {
  readonly name = 'Normal';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape = [];
  readonly dtype: FloatDType;
  readonly support = realSupport([]);
  readonly isReparameterized = true;
  readonly scale: ScaleForms;
  /** The mean as given, which broadcasts to `mean`. */
  readonly location: Tensor;

  private constructor(location: Tensor, scale: ScaleForms) {
    checkFinite('Normal: mean', location);
    this.batchShape = broadcastGraphShapes('Normal', location.shape, scale.stddev.shape);
    this.dtype = floatDType('Normal', location);
    this.location = location;
    this.scale = scale;
  }

  private static make<Word extends ScaleWord>(word: Word, operation: string, mean: TensorLike, scale: ScaleLike<Word>) {
    const [location, x] = floatPair(operation, mean, unwrapScale(operation, word, scale));
    checkScale(operation, word, x);
    return new Normal(location, scaleForms(word, x));
  }

  static fromStddev(mean: TensorLike, stddev: ScaleLike<'stddev'>): Normal {
    return Normal.make('stddev', 'Normal.fromStddev', mean, stddev);
  }

  static fromVariance(mean: TensorLike, variance: ScaleLike<'variance'>): Normal {
    return Normal.make('variance', 'Normal.fromVariance', mean, variance);
  }

  static fromLogVariance(mean: TensorLike, logVariance: ScaleLike<'logVariance'>): Normal {
    return Normal.make('logVariance', 'Normal.fromLogVariance', mean, logVariance);
  }

  get mean(): Tensor {
    return this.toBatch(this.location);
  }

  get mode(): Tensor {
    return this.mean;
  }

  get variance(): VarianceTensor {
    return asVariance(this.toBatch(this.scale.variance));
  }

  get stddev(): StddevTensor {
    return asStddev(this.toBatch(this.scale.stddev));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.unwhiten(this.noise(key, sampleShape));
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const noise = this.noise(key, sampleShape);
    return { value: this.unwhiten(noise), logProb: this.logDensity(noise) };
  }

  logProb(x: TensorLike): Tensor {
    return this.logDensity(this.whiten(x));
  }

  /** ½ (1 + log 2π) + log σ */
  entropy(): Tensor {
    return this.toBatch(add(this.scale.logStddev, halfLogTwoPi + 0.5));
  }

  /** (x − μ) / σ */
  whiten(x: TensorLike): Tensor {
    return div(sub(asTensor(x, this.dtype), this.location), this.scale.stddev);
  }

  /** μ + σ ε */
  unwhiten(noise: TensorLike): Tensor {
    return add(this.location, mul(asTensor(noise, this.dtype), this.scale.stddev));
  }

  /** P(z ≤ x) = Φ((x − μ) / σ), to a few ε of itself, in the lower tail too. */
  cdf(x: TensorLike): Tensor {
    return upperTail(neg(this.whiten(x)));
  }

  /** log P(z ≤ x), in nats, to a few ε of itself however far the tail. */
  logCdf(x: TensorLike): Tensor {
    return logUpperTail(neg(this.whiten(x)));
  }

  /** P(z > x) = 1 − cdf(x), to a few ε of itself, in the upper tail too. */
  survival(x: TensorLike): Tensor {
    return upperTail(this.whiten(x));
  }

  /** log P(z > x), in nats, to a few ε of itself however far the tail. */
  logSurvival(x: TensorLike): Tensor {
    return logUpperTail(this.whiten(x));
  }

  /** The x with P(z ≤ x) = p: μ + σ Φ⁻¹(p). @throws ValueError when a known p is outside [0, 1] */
  icdf(p: TensorLike): Tensor {
    const probability = asTensor(p, this.dtype);
    checkEntries('Normal.icdf: p', probability, { accepts: (x) => x >= 0 && x <= 1, wanted: 'in [0, 1]' });
    return this.unwhiten(standardNormalQuantile(probability));
  }

  private noise(key: GraphKey | Key, sampleShape: GraphShape): Tensor {
    return drawNoise(key, { sample: sampleShape, batch: this.batchShape, noise: [] }, this.dtype);
  }

  private logDensity(whitened: Tensor): Tensor {
    return sub(mul(neg(square(whitened)), 0.5), add(this.scale.logStddev, halfLogTwoPi));
  }

  private toBatch(x: Tensor): Tensor {
    return broadcastTo(x, this.batchShape);
  }
}

/** ½ (σq²/σp² + (μp − μq)²/σp² − 1) + log σp − log σq */
function normalKl(q: Normal, p: Normal): Tensor {
  const squares = add(q.scale.variance, square(sub(q.location, p.location)));
  const logRatio = sub(q.scale.logStddev, p.scale.logStddev);
  return sub(mul(sub(div(squares, p.scale.variance), 1), 0.5), logRatio);
}

registerKl<Normal, Normal>(Normal, Normal, normalKl);
