import { checkOptions } from '../core/index.ts';
import type { FloatDType, Shape } from '../core/index.ts';
import { registerKl } from '../gaussian/index.ts';
import type { StddevTensor, VarianceTensor } from '../gaussian/index.ts';
import { checkFinite, floatDType, floatTensor } from '../gaussian/parameters.ts';
import { lazy } from '../gaussian/roots/root.ts';
import { asStddev, asVariance } from '../gaussian/scale.ts';
import {
  abs,
  add,
  asTensor,
  cast,
  constant,
  div,
  expm1,
  grad,
  greater,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  randomUniform,
  sigmoid,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { logOdds } from './bernoulli.ts';
import { DistributionBase } from './distribution-base.ts';
import { onSupport, supportOptionRules, unitInterval } from './support.ts';
import type { SupportOptions } from './support.ts';

/**
 * On [0, 1], by the log-odds l of λ (Loaiza-Ganem and Cunningham 2019): p(x) = C(λ) λˣ (1 − λ)¹⁻ˣ, the Bernoulli "likelihood"
 * of grey values made a density. In terms of l it is an exponential family, p(x) = exp(x·l − A(l)) with
 * A(l) = log ∫₀¹ eˡˣ dx = log((eˡ − 1) / l), E[x] = A′(l) and Var[x] = A″(l).
 */
export class ContinuousBernoulli extends DistributionBase {
  readonly name = 'ContinuousBernoulli';
  readonly batchShape: GraphShape;
  readonly eventShape: Shape = [];
  readonly dtype: FloatDType;
  readonly support = unitInterval;
  readonly isReparameterized = false;
  readonly logits: Tensor;
  /** A(l), [...batch]. */
  readonly logNormalizer: Tensor;
  readonly #checkSupport: boolean;
  readonly #mean = lazy(() => derivative(this.logNormalizer, this.logits));
  readonly #variance = lazy(() => derivative(this.#mean(), this.logits));

  private constructor(operation: string, logits: Tensor, options: SupportOptions) {
    super();
    checkOptions(operation, options, supportOptionRules);
    this.logits = logits;
    this.logNormalizer = add(mul(logits, 0.5), logSinhRatio(logits));
    this.batchShape = logits.shape;
    this.dtype = floatDType(operation, logits);
    this.#checkSupport = options.checkSupport ?? true;
  }

  /** @param logits l = log(λ / (1 − λ)), [...batch] */
  static fromLogits(logits: TensorLike, options: SupportOptions = {}): ContinuousBernoulli {
    const operation = 'ContinuousBernoulli.fromLogits';
    // The moments are derivatives by it, which a number of a formula would not have.
    const l = typeof logits === 'number' ? constant(logits) : floatTensor(operation, logits);
    checkFinite(`${operation}: logits`, l);
    return new ContinuousBernoulli(operation, l, options);
  }

  /** @param probs λ, between 0 and 1 (not the mean, but where it is ½), [...batch] */
  static fromProbs(probs: TensorLike, options: SupportOptions = {}): ContinuousBernoulli {
    const operation = 'ContinuousBernoulli.fromProbs';
    return new ContinuousBernoulli(operation, logOdds(operation, probs), options);
  }

  /** λ */
  get probs(): Tensor {
    return sigmoid(this.logits);
  }

  get mean(): Tensor {
    return this.#mean();
  }

  /** An end of the interval; 0 where the density is flat. */
  get mode(): Tensor {
    return cast(greater(this.logits, 0), this.dtype);
  }

  get variance(): VarianceTensor {
    return asVariance(this.#variance());
  }

  get stddev(): StddevTensor {
    return asStddev(sqrt(this.variance));
  }

  sample(key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
    return stopGradient(quantile(this.logits, randomUniform(key, [...sampleShape, ...this.batchShape], this.dtype)));
  }

  logProb(x: TensorLike): Tensor {
    const given = asTensor(x, this.dtype);
    const formula = (value: Tensor): Tensor => sub(mul(value, this.logits), this.logNormalizer);
    if (!this.#checkSupport) return formula(given);
    return onSupport({ support: this.support, eventRank: 0, standIn: 0.5 }, given, formula);
  }

  /** A(l) − l E[x] */
  entropy(): Tensor {
    return sub(this.logNormalizer, mul(this.logits, this.mean));
  }
}

function derivative(y: Tensor, x: Tensor): Tensor {
  const [slope = y] = grad(sum(y), [x]);
  return slope;
}

/** B₂ₙ / (2n (2n)!): log(sinh(l/2) / (l/2)) = Σ cₙ l²ⁿ, convergent for |l| < 2π. */
const taylor = [
  1 / 24,
  -1 / 2880,
  1 / 181440,
  -1 / 9676800,
  1 / 479001600,
  -691 / 15692092416000,
  1 / 1046139494400,
  -3617 / 170729965486080000,
  43867 / 91963695909076992000,
] as const;

/**
 * log(sinh(l/2) / (l/2)) = A(l) − l/2, an even function; −log C(λ) is this and −½ log(λ (1 − λ)). The Taylor series below
 * |l| = 1, where the closed form |l|/2 + log((1 − e^−|l|) / |l|) would lose its derivative to cancellation; nine terms leave
 * 10⁻¹⁷. Each branch is fed numbers of its own range, so that the one not taken has finite gradients.
 */
function logSinhRatio(l: Tensor): Tensor {
  const isSmall = less(abs(l), 1);
  const squared = square(where(isSmall, l, 0));
  const series = mul(
    taylor.reduceRight<Tensor | number>((tail, c) => add(mul(tail, squared), c), 0),
    squared,
  );
  const large = where(isSmall, 1, abs(l));
  const closed = add(mul(large, 0.5), log(div(neg(expm1(neg(large))), large)));
  return where(isSmall, series, closed);
}

/**
 * The x with P(X ≤ x) = u. For the falling density e^(−a x), a = |l|: x = −log(1 − u (1 − e^−a)) / a; a rising one is its
 * mirror image. Below a = 10⁻⁶ the density is flat to within the draw's rounding.
 */
function quantile(logits: Tensor, u: Tensor): Tensor {
  const slope = maximum(abs(logits), 1e-6);
  const falling = minimum(div(neg(log1p(mul(u, expm1(neg(slope))))), slope), 1);
  return where(greater(logits, 0), sub(1, falling), falling);
}

/** A(l′) − A(l) − (l′ − l) A′(l): a Bregman divergence, as of any exponential family. */
function continuousBernoulliKl(q: ContinuousBernoulli, p: ContinuousBernoulli): Tensor {
  return sub(sub(p.logNormalizer, q.logNormalizer), mul(sub(p.logits, q.logits), q.mean));
}

registerKl<ContinuousBernoulli, ContinuousBernoulli>(ContinuousBernoulli, ContinuousBernoulli, continuousBernoulliKl);
