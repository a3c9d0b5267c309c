import { checkOptions } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { registerKl } from '../gaussian/index.ts';
import type { StddevTensor, VarianceTensor } from '../gaussian/index.ts';
import { checkEntries, checkFinite, floatDType, floatTensor } from '../gaussian/parameters.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import {
  add,
  asTensor,
  bernoulliLogProb,
  cast,
  greater,
  less,
  log,
  log1p,
  mul,
  neg,
  randomUniform,
  sigmoid,
  softplus,
  sqrt,
  sub,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { DistributionBase } from './distribution-base.ts';
import { onSupport, supportOptionRules, zeroOrOne } from './support.ts';
import type { SupportOptions } from './support.ts';

/** P(1) = sigmoid(l), P(0) = sigmoid(−l), by the log-odds l. */
export class Bernoulli extends DistributionBase {
  readonly name = 'Bernoulli';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape = [];
  readonly dtype: FloatDType;
  readonly support = zeroOrOne;
  readonly isReparameterized = false;
  readonly logits: Tensor;
  readonly #checkSupport: boolean;

  private constructor(operation: string, logits: Tensor, options: SupportOptions) {
    super();
    checkOptions(operation, options, supportOptionRules);
    this.logits = logits;
    this.batchShape = logits.shape;
    this.dtype = floatDType(operation, logits);
    this.#checkSupport = options.checkSupport ?? true;
  }

  /** @param logits l = log(p / (1 − p)), [...batch] */
  static fromLogits(logits: TensorLike, options: SupportOptions = {}): Bernoulli {
    const operation = 'Bernoulli.fromLogits';
    const l = floatTensor(operation, logits);
    checkFinite(`${operation}: logits`, l);
    return new Bernoulli(operation, l, options);
  }

  /** @param probs p, between 0 and 1, neither of which has log-odds, [...batch] */
  static fromProbs(probs: TensorLike, options: SupportOptions = {}): Bernoulli {
    const operation = 'Bernoulli.fromProbs';
    return new Bernoulli(operation, logOdds(operation, probs), options);
  }

  get probs(): Tensor {
    return sigmoid(this.logits);
  }

  get mean(): Tensor {
    return this.probs;
  }

  /** 0 where both are equally probable. */
  get mode(): Tensor {
    return cast(greater(this.logits, 0), this.dtype);
  }

  /** p (1 − p) */
  get variance(): VarianceTensor {
    return asVariance(mul(this.probs, sigmoid(neg(this.logits))));
  }

  get stddev(): StddevTensor {
    return asStddev(sqrt(this.variance));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return cast(less(randomUniform(key, [...sampleShape, ...this.batchShape], this.dtype), this.probs), this.dtype);
  }

  /**
   * x l − log(1 + eˡ). Without `checkSupport` grey values in between pass too: their "likelihood" is minus the usual
   * cross-entropy, no probability (`ContinuousBernoulli` has one).
   */
  logProb(x: TensorLike): Tensor {
    const given = asTensor(x, this.dtype);
    const formula = (value: Tensor): Tensor => bernoulliLogProb(value, this.logits);
    if (!this.#checkSupport) return formula(given);
    return onSupport({ support: this.support, eventRank: 0, standIn: 0 }, given, formula);
  }

  /** −p log p − (1 − p) log(1 − p), as sums of what is positive. */
  entropy(): Tensor {
    const l = this.logits;
    return add(mul(sigmoid(l), softplus(neg(l))), mul(sigmoid(neg(l)), softplus(l)));
  }
}

/** log(p / (1 − p)) of what must lie between 0 and 1. */
export function logOdds(operation: string, probs: TensorLike): Tensor {
  const p = floatTensor(operation, probs);
  checkEntries(`${operation}: probs`, p, { accepts: (value) => value > 0 && value < 1, wanted: 'in (0, 1)' });
  return sub(log(p), log1p(neg(p)));
}

/** p log(p/p′) + (1 − p) log((1 − p)/(1 − p′)), the logarithms as differences of softplus. */
function bernoulliKl({ logits: q }: Bernoulli, { logits: p }: Bernoulli): Tensor {
  const ofOne = sub(softplus(neg(p)), softplus(neg(q)));
  const ofZero = sub(softplus(p), softplus(q));
  return add(mul(sigmoid(q), ofOne), mul(sigmoid(neg(q)), ofZero));
}

registerKl<Bernoulli, Bernoulli>(Bernoulli, Bernoulli, bernoulliKl);
