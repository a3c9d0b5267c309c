import { ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { klDivergence, registerKl } from '../gaussian/index.ts';
import type { Distribution, SampleAndLogProb, Support } from '../gaussian/index.ts';
import { sum } from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { arraysOf, lastAxes } from './support.ts';

/**
 * The last axes of a batch read as one event of independent parts: log p(x) is the sum of theirs. A `Bernoulli` of batch
 * shape [8, 784] becomes 8 distributions over vectors of 784.
 */
export class Independent<Base extends Distribution = Distribution> implements Distribution {
  readonly name: string;
  readonly batchShape: GraphShape;
  readonly eventShape: Shape;
  readonly dtype: FloatDType;
  readonly support: Support;
  readonly isReparameterized: boolean;
  /** The parts, whose `logProb` gives what each of them adds. */
  readonly base: Base;
  /** How many axes of its batch are in the event. */
  readonly reinterpretedBatchNdims: number;

  /** @param reinterpretedBatchNdims how many of the last axes of the batch; their sizes must be known */
  constructor(base: Base, reinterpretedBatchNdims = 1) {
    const { batchShape } = base;
    const count = reinterpretedBatchNdims;
    if (!Number.isInteger(count) || count < 0 || count > batchShape.length) {
      throw new ValueError(
        `Independent: the batch ${formatShape(batchShape)} of ${base.name} has no last ${count} axes to read as an event.`,
      );
    }
    const [batch, parts] = [
      batchShape.slice(0, batchShape.length - count),
      batchShape.slice(batchShape.length - count),
    ];
    if (!parts.every((size) => typeof size === 'number')) {
      throw new ShapeError(`Independent: an event needs sizes that are known, got ${formatShape(parts)}.`);
    }
    this.name = `Independent(${base.name})`;
    this.base = base;
    this.reinterpretedBatchNdims = count;
    this.batchShape = batch;
    this.eventShape = [...parts, ...base.eventShape];
    this.dtype = base.dtype;
    this.support = arraysOf(base.support, count);
    this.isReparameterized = base.isReparameterized;
  }

  get mean(): Base['mean'] {
    return this.base.mean;
  }

  get mode(): Base['mode'] {
    return this.base.mode;
  }

  get variance(): Base['variance'] {
    return this.base.variance;
  }

  get stddev(): Base['stddev'] {
    return this.base.stddev;
  }

  /** The sum of the parts'. */
  get entropy(): Base['entropy'] {
    const base: Distribution = this.base;
    const { entropy } = base;
    return entropy && (() => this.total(entropy.call(base)));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.base.sample(key, sampleShape);
  }

  sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const { value, logProb } = this.base.sampleAndLogProb(key, sampleShape);
    return { value, logProb: this.total(logProb) };
  }

  logProb(x: TensorLike): Tensor {
    return this.total(this.base.logProb(x));
  }

  /** Sums over the parts: [..., ...parts] → [...] */
  total(parts: Tensor): Tensor {
    return sum(parts, lastAxes(this.reinterpretedBatchNdims));
  }
}

function independentKl(q: Independent, p: Independent): Tensor {
  if (q.reinterpretedBatchNdims !== p.reinterpretedBatchNdims) {
    throw new ShapeError(
      `klDivergence: ${q.name} has ${q.reinterpretedBatchNdims} axes of its batch in the event, ${p.name} ${p.reinterpretedBatchNdims}.`,
    );
  }
  return q.total(klDivergence(q.base, p.base));
}

registerKl<Independent, Independent>(Independent, Independent, independentKl);
