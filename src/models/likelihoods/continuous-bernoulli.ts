import type { FloatDType } from '../../core/index.ts';
import {
  abs,
  add,
  asTensor,
  cast,
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
  square,
  sub,
  sum,
  where,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { everyNumber, ofParts } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';

/**
 * Independent continuous Bernoulli variables on [0, 1], given by the log-odds l of λ, [..., n] (Loaiza-Ganem and
 * Cunningham 2019): p(x) = C(λ) λˣ (1 − λ)¹⁻ˣ, the Bernoulli "likelihood" of grey values made a density. In terms of l it
 * is an exponential family, p(x) = exp(x·l − A(l)) with A(l) = log ∫₀¹ eˡˣ dx = log((eˡ − 1) / l).
 */
export function continuousBernoulliLikelihood(logits: Tensor): Likelihood {
  const dtype = logits.dtype as FloatDType;
  const logNormalizer = add(mul(logits, 0.5), logSinhRatio(logits));
  const [mean = logits] = grad(sum(logNormalizer), [logits]); // E[x] = A′(l)
  return ofParts({
    logProbParts: (x) => sub(mul(asTensor(x, logits.dtype), logits), logNormalizer),
    mean,
    mode: cast(greater(logits, 0), dtype),
    sample: (key) => quantile(logits, randomUniform(key, logits.shape, dtype)),
    parameters: { logits },
  });
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

export function continuousBernoulliFamily({ inputSize }: LikelihoodSizes): LikelihoodFamily {
  return {
    name: 'continuous-bernoulli',
    outputSize: inputSize,
    parameters: [],
    measure: 'densities on [0, 1]',
    support: everyNumber('numbers in [0, 1]', (value) => value >= 0 && value <= 1),
    apply: (outputs) => continuousBernoulliLikelihood(outputs),
  };
}
