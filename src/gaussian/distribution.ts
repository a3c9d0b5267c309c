import type { FloatDType, Shape } from '../core/index.ts';
import { abs, less, max, randomNormal } from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import type { StddevTensor, VarianceTensor } from './scale.ts';

/** A draw and its log density, both differentiable in the distribution's parameters. */
export interface SampleAndLogProb {
  /** [...sampleShape, ...batchShape, ...eventShape] */
  readonly value: Tensor;
  /** [...sampleShape, ...batchShape], in nats */
  readonly logProb: Tensor;
}

/** Where a density is positive. */
export interface Support {
  /** In words, for messages: `numbers in [0, 1]`. */
  readonly description: string;
  /** Whether `logProb` is of probabilities; else it is of densities. */
  readonly isDiscrete: boolean;
  /** Whether each event lies in it, [..., ...eventShape] → bool [...]. */
  contains(x: Tensor): Tensor;
}

/**
 * A probability distribution over graph tensors: a batch of independent distributions, each over events of one shape.
 * Moments, mode and entropy are there where they have a closed form; what needs them asks. src/distributions/README.md
 * states what a new one must supply; `testDistribution` checks it.
 */
export interface Distribution {
  /** Which distribution this is, for messages. */
  readonly name: string;
  /** Shape of the batch of parameters; leading sizes may be symbolic. */
  readonly batchShape: GraphShape;
  /** Shape of one draw. */
  readonly eventShape: Shape;
  /** Of parameters, draws and densities. Events that are whole numbers are numbers of this type too. */
  readonly dtype: FloatDType;
  readonly support: Support;
  /** Whether draws are differentiable in the parameters (`has_rsample` of torch); else `grad` takes them for constants. */
  readonly isReparameterized: boolean;
  /** [...batchShape, ...eventShape] */
  readonly mean?: Tensor | undefined;
  /** The point of highest density, [...batchShape, ...eventShape]. */
  readonly mode?: Tensor | undefined;
  /** Elementwise, [...batchShape, ...eventShape]. */
  readonly variance?: VarianceTensor | undefined;
  /** Elementwise root of the variance, [...batchShape, ...eventShape]. */
  readonly stddev?: StddevTensor | undefined;
  /** In nats, shape [...batchShape]. */
  readonly entropy?: (() => Tensor) | undefined;
  /** @returns shape [...sampleShape, ...batchShape, ...eventShape] */
  sample(key: GraphKey | Key, sampleShape?: GraphShape): Tensor;
  /** The same draws as `sample`, with their log densities: from the noise itself, where that is exact. */
  sampleAndLogProb(key: GraphKey | Key, sampleShape?: GraphShape): SampleAndLogProb;
  /**
   * Log density (log probability for discrete events), in nats; −∞ outside the support.
   * @param x shape [..., ...eventShape], leading axes broadcast against the batch
   */
  logProb(x: TensorLike): Tensor;
}

/** Finite numbers; vectors of them where `axes` is −1. */
export function realSupport(axes: readonly number[] | -1): Support {
  return { description: 'real numbers', isDiscrete: false, contains: (x) => less(max(abs(x), axes), Infinity) };
}

/** Standard normal noise for draws: [...sampleShape, ...batchShape, ...noiseShape]. */
export function drawNoise(
  key: GraphKey | Key,
  shapes: { readonly sample: GraphShape; readonly batch: GraphShape; readonly noise: Shape },
  dtype: FloatDType,
): Tensor {
  return randomNormal(key, [...shapes.sample, ...shapes.batch, ...shapes.noise], dtype);
}

/** log √(2π): the normaliser of one dimension. */
export const halfLogTwoPi = 0.9189385332046727;
