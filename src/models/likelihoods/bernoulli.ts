import { asTensor, bernoulliLogProb, cast, greater, less, randomUniform, sigmoid } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { everyNumber, ofParts } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';

/** Independent Bernoulli variables given by their log-odds, [..., n]. */
export function bernoulliLikelihood(logits: Tensor): Likelihood {
  const mean = sigmoid(logits);
  const dtype = logits.dtype as FloatDType;
  return ofParts({
    logProbParts: (x) => bernoulliLogProb(asTensor(x, logits.dtype), logits),
    mean,
    mode: cast(greater(logits, 0), dtype),
    sample: (key) => cast(less(randomUniform(key, logits.shape, dtype), mean), dtype),
    parameters: { logits },
  });
}

/** Zeros and ones. Grey values in between pass too: their "likelihood" is the usual cross-entropy, no probability. */
export function bernoulliFamily({ inputSize }: LikelihoodSizes): LikelihoodFamily {
  return {
    name: 'bernoulli',
    outputSize: inputSize,
    parameters: [],
    measure: 'probabilities of zeros and ones',
    support: everyNumber('numbers in [0, 1], best 0 and 1', (value) => value >= 0 && value <= 1),
    apply: (outputs) => bernoulliLikelihood(outputs),
  };
}
