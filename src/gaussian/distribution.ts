import type { FloatDType, Shape } from '../core/index.ts';
import { randomNormal } from '../graph/index.ts';
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

/**
 * A probability distribution over graph tensors: a batch of independent distributions, each over events of one shape.
 * README.md states what a new one must supply; `testDistribution` checks it.
 */
export interface Distribution {
  /** Which distribution this is, for messages. */
  readonly name: string;
  /** Shape of the batch of parameters; leading sizes may be symbolic. */
  readonly batchShape: GraphShape;
  /** Shape of one draw. */
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  /** [...batchShape, ...eventShape] */
  readonly mean: Tensor;
  /** The point of highest density, [...batchShape, ...eventShape]. */
  readonly mode: Tensor;
  /** Elementwise, [...batchShape, ...eventShape]. */
  readonly variance: VarianceTensor;
  /** Elementwise root of the variance, [...batchShape, ...eventShape]. */
  readonly stddev: StddevTensor;
  /**
   * Draws, differentiable in the parameters where the distribution can be reparameterised.
   * @returns shape [...sampleShape, ...batchShape, ...eventShape]
   */
  sample(key: GraphKey | Key, sampleShape?: GraphShape): Tensor;
  /** The same draws as `sample`, with log densities computed from the noise itself. */
  sampleAndLogProb(key: GraphKey | Key, sampleShape?: GraphShape): SampleAndLogProb;
  /**
   * Log density (log probability for discrete events), in nats.
   * @param x shape [..., ...eventShape], leading axes broadcast against the batch
   */
  logProb(x: TensorLike): Tensor;
  /** In nats, shape [...batchShape]. */
  entropy(): Tensor;
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
