import { NdArray, ShapeError, ValueError, checkOptions } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { registerKl } from '../gaussian/index.ts';
import type { StddevTensor, Support, VarianceTensor } from '../gaussian/index.ts';
import { checkEntries, constantValue, floatDType, floatTensor, lastSize } from '../gaussian/parameters.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import {
  abs,
  asTensor,
  constant,
  exp,
  expandDims,
  greater,
  less,
  log,
  logSumExp,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { drawOneHot, oneHotMode } from './choice.ts';
import { DistributionBase } from './distribution-base.ts';
import { classNumbers, oneHotVectors, onSupport, supportOptionRules } from './support.ts';
import type { SupportOptions } from './support.ts';

/** Normalised log-probabilities from logits along the last axis. */
function logSoftmax(logits: Tensor): Tensor {
  return sub(logits, logSumExp(logits, -1, { keepDims: true }));
}

/** What a choice among K classes is, whatever its events look like. */
abstract class Choice extends DistributionBase {
  readonly batchShape: GraphShape;
  readonly dtype: FloatDType;
  readonly isReparameterized = false;
  /** K */
  readonly classes: number;
  /** Normalised, [...batch, K]. */
  readonly logProbs: Tensor;
  protected readonly checkSupport: boolean;

  protected constructor(operation: string, logProbs: Tensor, options: SupportOptions) {
    super();
    checkOptions(operation, options, supportOptionRules);
    this.logProbs = logProbs;
    this.classes = lastSize(operation, logProbs);
    if (this.classes < 1) throw new ShapeError(`${operation}: needs one class at least.`);
    this.batchShape = logProbs.shape.slice(0, -1);
    this.dtype = floatDType(operation, logProbs);
    this.checkSupport = options.checkSupport ?? true;
  }

  /** [...batch, K] */
  get probs(): Tensor {
    return exp(this.logProbs);
  }

  /** −Σ p log p, a class of probability 0 adding nothing. */
  entropy(): Tensor {
    const { probs } = this;
    return neg(sum(mul(probs, where(greater(probs, 0), this.logProbs, 0)), -1));
  }
}

/** Logits where entries of −∞ are classes that never come. @throws ValueError */
function logProbsOfLogits(operation: string, logits: TensorLike): Tensor {
  const l = floatTensor(operation, logits);
  checkEntries(`${operation}: logits`, l, { accepts: (x) => x < Infinity, wanted: 'numbers or −∞' });
  return logSoftmax(l);
}

/** Of weights that need not add up to 1. @throws ValueError */
function logProbsOfProbs(operation: string, probs: TensorLike): Tensor {
  const p = floatTensor(operation, probs);
  checkEntries(`${operation}: probs`, p, { accepts: (x) => x >= 0 && x < Infinity, wanted: 'finite and not negative' });
  const known = constantValue(p);
  const size = p.shape.at(-1);
  if (known && typeof size === 'number') {
    for (let start = 0; start < known.size; start += size) {
      if (known.data.subarray(start, start + size).some((x) => x > 0)) continue;
      throw new ValueError(`${operation}: probs are all 0 in row ${start / size}; one at least must be positive.`);
    }
  }
  return logSoftmax(log(p));
}

/** A class, as its number 0 … K − 1. Where classes are levels in an order, mean and variance are those of the numbers. */
export class Categorical extends Choice {
  readonly name = 'Categorical';
  readonly eventShape: Shape = [];
  readonly support: Support;

  private constructor(operation: string, logProbs: Tensor, options: SupportOptions) {
    super(operation, logProbs, options);
    this.support = classNumbers(this.classes);
  }

  /** @param logits log-probabilities up to a constant, [...batch, K]; −∞ for a class that never comes */
  static fromLogits(logits: TensorLike, options: SupportOptions = {}): Categorical {
    const operation = 'Categorical.fromLogits';
    return new Categorical(operation, logProbsOfLogits(operation, logits), options);
  }

  /** @param probs probabilities, [...batch, K]; other positive weights are divided by their sum */
  static fromProbs(probs: TensorLike, options: SupportOptions = {}): Categorical {
    const operation = 'Categorical.fromProbs';
    return new Categorical(operation, logProbsOfProbs(operation, probs), options);
  }

  /** @param logProbs log-probabilities of sum 1, taken as they are, [...batch, K] */
  static fromLogProbs(logProbs: TensorLike, options: SupportOptions = {}): Categorical {
    const operation = 'Categorical.fromLogProbs';
    return new Categorical(operation, floatTensor(operation, logProbs), options);
  }

  get mean(): Tensor {
    return this.number(this.probs);
  }

  /** The most probable class, the first of equals. */
  get mode(): Tensor {
    return this.number(oneHotMode(this.logProbs));
  }

  get variance(): VarianceTensor {
    const deviations = sub(this.numbers, expandDims(this.mean, -1));
    return asVariance(sum(mul(this.probs, square(deviations)), -1));
  }

  get stddev(): StddevTensor {
    return asStddev(sqrt(this.variance));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return this.number(drawOneHot(this.logProbs, key, sampleShape));
  }

  logProb(x: TensorLike): Tensor {
    const given = asTensor(x, this.dtype);
    const formula = (value: Tensor): Tensor => {
      const distance = abs(sub(expandDims(value, -1), this.numbers));
      return sum(where(less(distance, 0.5), this.logProbs, 0), -1);
    };
    if (!this.checkSupport) return formula(given);
    return onSupport({ support: this.support, eventRank: 0, standIn: 0 }, given, formula);
  }

  private get numbers(): Tensor {
    return constant(
      Array.from({ length: this.classes }, (_, k) => k),
      this.dtype,
    );
  }

  private number(weights: Tensor): Tensor {
    return sum(mul(weights, this.numbers), -1);
  }
}

/** A class, as a one-hot vector [K]. */
export class OneHotCategorical extends Choice {
  readonly name = 'OneHotCategorical';
  readonly eventShape: Shape;
  readonly support: Support;

  private constructor(operation: string, logProbs: Tensor, options: SupportOptions) {
    super(operation, logProbs, options);
    this.eventShape = [this.classes];
    this.support = oneHotVectors(this.classes);
  }

  /** @param logits log-probabilities up to a constant, [...batch, K]; −∞ for a class that never comes */
  static fromLogits(logits: TensorLike, options: SupportOptions = {}): OneHotCategorical {
    const operation = 'OneHotCategorical.fromLogits';
    return new OneHotCategorical(operation, logProbsOfLogits(operation, logits), options);
  }

  /** @param probs probabilities, [...batch, K]; other positive weights are divided by their sum */
  static fromProbs(probs: TensorLike, options: SupportOptions = {}): OneHotCategorical {
    const operation = 'OneHotCategorical.fromProbs';
    return new OneHotCategorical(operation, logProbsOfProbs(operation, probs), options);
  }

  get mean(): Tensor {
    return this.probs;
  }

  /** The most probable class, the first of equals. */
  get mode(): Tensor {
    return oneHotMode(this.logProbs);
  }

  /** p (1 − p) */
  get variance(): VarianceTensor {
    return asVariance(mul(this.probs, sub(1, this.probs)));
  }

  get stddev(): StddevTensor {
    return asStddev(sqrt(this.variance));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return drawOneHot(this.logProbs, key, sampleShape);
  }

  /** Without `checkSupport`, Σ xₖ log pₖ of any vector: 0 for one of zeros, such as stands for a missing choice. */
  logProb(x: TensorLike): Tensor {
    const given = asTensor(x, this.dtype);
    if (!this.checkSupport) return sum(mul(given, this.logProbs), -1);
    const standIn = constant(
      new NdArray(
        Float64Array.from({ length: this.classes }, (_, k) => +(k === 0)),
        [this.classes],
      ),
      this.dtype,
    );
    return onSupport({ support: this.support, eventRank: 1, standIn }, given, (value) =>
      sum(where(greater(value, 0.5), this.logProbs, 0), -1),
    );
  }
}

/** Σ p log(p/p′); ∞ where p′ has no probability for a class that comes. */
function choiceKl(q: Choice, p: Choice): Tensor {
  if (q.classes !== p.classes) {
    throw new ShapeError(`klDivergence: q chooses among ${q.classes} classes, p among ${p.classes}.`);
  }
  const comes = greater(q.probs, 0);
  const ratio = sub(where(comes, q.logProbs, 0), where(comes, p.logProbs, 0));
  return sum(mul(q.probs, ratio), -1);
}

registerKl<Categorical, Categorical>(Categorical, Categorical, choiceKl);
registerKl<OneHotCategorical, OneHotCategorical>(OneHotCategorical, OneHotCategorical, choiceKl);
