import { Normal } from '../gaussian/index.ts';
import type { ScaleLike } from '../gaussian/index.ts';
import { asTensor, mul, sigmoid, softplus, sub, sum } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';

/** p(x|z), as a decoder gives it. Events are vectors: log-densities sum over the last axis. */
export interface Likelihood {
  /** log p(x|z) in nats, one value for each batch element. */
  logProb(x: TensorLike): Tensor;
  /** Its parts, one for each entry of x (a pixel, a column): their sum over the last axis is `logProb`. */
  logProbParts(x: TensorLike): Tensor;
  /** E[x|z], of x's shape: what a reconstruction or a sample picture shows. */
  readonly mean: Tensor;
}

/** Independent entries: log-densities are sums of their parts. */
function independent(mean: Tensor, logProbParts: (x: TensorLike) => Tensor): Likelihood {
  return { logProb: (x) => sum(logProbParts(x), -1), logProbParts, mean };
}

/** Independent Bernoulli variables given by their log-odds, [..., n]. */
export function bernoulliLikelihood(logits: Tensor): Likelihood {
  // log p = x·l − log(1 + eˡ): never log(sigmoid), which underflows.
  return independent(sigmoid(logits), (x) => sub(mul(asTensor(x, logits.dtype), logits), softplus(logits)));
}

/** Independent normal variables with the given mean [..., n] and standard deviation, which broadcasts against it. */
export function gaussianLikelihood(mean: Tensor, stddev: ScaleLike<'stddev'>): Likelihood {
  const distribution = Normal.fromStddev(mean, stddev);
  return independent(mean, (x) => distribution.logProb(x));
}
