import { ShapeError, UnsupportedError, formatShape, sameShape } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { klDivergence, registerKl } from '../gaussian/index.ts';
import type { Distribution, SampleAndLogProb, StddevTensor, Support, VarianceTensor } from '../gaussian/index.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import { add, asTensor, broadcastTo, constant, input, sqrt, sub } from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { leadingAxes } from './batch.ts';
import { overAxes } from './bijectors/bijector.ts';
import type { Bijector } from './bijectors/bijector.ts';
import { onSupport } from './support.ts';

/**
 * y = f(x) with x of a base distribution and f a bijector: log p(y) = log p(x) − log|det ∂y/∂x|, for probabilities of
 * discrete x without the second term. Mean, mode and entropy are there where f is affine, variances where it mixes no
 * coordinates either; a discrete one keeps mode and entropy under any f.
 */
export class TransformedDistribution<Base extends Distribution = Distribution> implements Distribution {
  readonly name: string;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support: Support;
  readonly isReparameterized: boolean;
  /** Of x. */
  readonly base: Base;
  /** f */
  readonly bijector: Bijector;
  readonly #leading: GraphShape;

  /** @throws ShapeError where the bijector takes greater events than the base has, or would repeat its draws */
  constructor(base: Base, bijector: Bijector) {
    const name = `TransformedDistribution(${base.name}, ${bijector.name})`;
    const { forwardMinEventNdims: before, inverseMinEventNdims: after } = bijector;
    if (before > base.eventShape.length) {
      throw new ShapeError(
        `${name}: ${bijector.name} maps events of ${before} axes, ${base.name} has events ${formatShape(base.eventShape)}. Put the base into Independent.`,
      );
    }
    const rank = base.eventShape.length - before + after;
    const { shape } = bijector.forward(input('x', [...base.batchShape, ...base.eventShape], base.dtype));
    const event = shape.slice(shape.length - rank);
    const unchanged = base.eventShape.slice(0, base.eventShape.length - before);
    if (!sameShape(event.slice(0, unchanged.length), unchanged) || !event.every((size) => typeof size === 'number')) {
      throw new ShapeError(
        `${name}: would repeat events ${formatShape(base.eventShape)} to ${formatShape(event)}. Give the base that shape.`,
      );
    }
    this.name = name;
    this.base = base;
    this.bijector = bijector;
    this.eventShape = event;
    this.batchShape = shape.slice(0, shape.length - rank);
    this.#leading = leadingAxes(name, this.batchShape, base.batchShape);
    this.dtype = base.dtype;
    this.isReparameterized = base.isReparameterized;
    this.support = {
      description: `${base.support.description} under ${bijector.name}`,
      isDiscrete: base.support.isDiscrete,
      contains: (y) => base.support.contains(bijector.inverse(y)),
    };
  }

  get mean(): Tensor | undefined {
    const { mean } = this.base;
    return mean && this.bijector.isAffine ? this.bijector.forward(mean) : undefined;
  }

  get mode(): Tensor | undefined {
    const { mode } = this.base;
    return mode && (this.bijector.isAffine || this.support.isDiscrete) ? this.bijector.forward(mode) : undefined;
  }

  get variance(): VarianceTensor | undefined {
    const [variance, map] = [this.base.variance, this.bijector.forwardVariance];
    return variance && map && asVariance(broadcastTo(map(variance), [...this.batchShape, ...this.eventShape]));
  }

  get stddev(): StddevTensor | undefined {
    const { variance } = this;
    return variance && asStddev(sqrt(variance));
  }

  get entropy(): (() => Tensor) | undefined {
    const { entropy } = this.base;
    if (!entropy) return undefined;
    const own = (): Tensor => broadcastTo(entropy.call(this.base), this.batchShape);
    if (this.support.isDiscrete) return own;
    return this.bijector.isAffine
      ? () => add(own(), this.overEvents(this.bijector.forwardLogDetJacobian(this.somewhere())))
      : undefined;
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.bijector.forward(this.base.sample(key, [...sampleShape, ...this.#leading]));
  }

  /** The density at x itself: right also where f is so flat that y, rounded, does not lead back to it. */
  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const { value, logProb } = this.base.sampleAndLogProb(key, [...sampleShape, ...this.#leading]);
    if (this.support.isDiscrete) return { value: this.bijector.forward(value), logProb };
    const { value: y, logDet } = this.bijector.forwardWithLogDet(value);
    return { value: y, logProb: sub(logProb, this.overEvents(logDet)) };
  }

  logProb(y: TensorLike): Tensor {
    const given = asTensor(y, this.dtype);
    const formula = (value: Tensor): Tensor => {
      if (this.support.isDiscrete) return this.base.logProb(this.bijector.inverse(value));
      const { value: x, logDet } = this.bijector.inverseWithLogDet(value);
      return sub(this.base.logProb(x), this.overEvents(logDet));
    };
    if (this.bijector.isSurjective) return formula(given);
    const standIn = this.bijector.forward(this.somewhere());
    return onSupport({ support: this.support, eventRank: this.eventShape.length, standIn }, given, formula);
  }

  /** log|det ∂y/∂x| of whole events. */
  private overEvents(logDet: Tensor): Tensor {
    return overAxes(logDet, this.base.eventShape.length - this.bijector.forwardMinEventNdims);
  }

  /** An x that every bijector maps: ½ everywhere. */
  private somewhere(): Tensor {
    return broadcastTo(constant(0.5, this.dtype), this.base.eventShape);
  }
}

/** That of the bases: a bijector moves no information. */
function transformedKl(q: TransformedDistribution, p: TransformedDistribution): Tensor {
  if (q.bijector !== p.bijector) {
    throw new UnsupportedError(
      `klDivergence: no closed form for ${q.name} ‖ ${p.name}: they need one and the same bijector object. Average q.logProb(z) − p.logProb(z) over draws z of q.`,
    );
  }
  return klDivergence(q.base, p.base);
}

registerKl<TransformedDistribution, TransformedDistribution>(
  TransformedDistribution,
  TransformedDistribution,
  transformedKl,
);
