import { MultivariateNormalDiag } from '../gaussian/index.ts';
import type { ScaleLike } from '../gaussian/index.ts';
import { asTensor, mul, sigmoid, softplus, sub, sum } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';

/** p(x|z), as a decoder gives it. Events are vectors: log-densities sum over the last axis. */
export interface Likelihood {
  /** log p(x|z) in nats, one value for each batch element. */
  logProb(x: TensorLike): Tensor;
  /** E[x|z], of x's shape: what a reconstruction or a sample picture shows. */
  readonly mean: Tensor;
}

/** Independent Bernoulli variables given by their log-odds, [..., n]. */
export function bernoulliLikelihood(logits: Tensor): Likelihood {
  return {
    // log p = x·l − log(1 + eˡ): never log(sigmoid), which underflows.
    logProb: (x) => sum(sub(mul(asTensor(x, logits.dtype), logits), softplus(logits)), -1),
    mean: sigmoid(logits),
  };
}

/** Independent normal variables with the given mean [..., n] and standard deviation, which broadcasts against it. */
export function gaussianLikelihood(mean: Tensor, stddev: ScaleLike<'stddev'>): Likelihood {
  const distribution = MultivariateNormalDiag.fromStddev(mean, stddev);
  return { logProb: (x) => distribution.logProb(x), mean };
}
