import { Bernoulli } from '../../distributions/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { LikelihoodOf, everyNumber } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { defineLikelihood } from './row.ts';

export const bernoulli = defineLikelihood({
  name: 'bernoulli',
  summary: 'zeros and ones, each with a probability',
  when: 'For black and white images, and grey ones that are drawn as such: the default for images without colour.',
  formula: 'log p(x|z) = Σ x log p + (1 − x) log(1 − p)',
  options: {},
  isBinary: true,
  build: (_, data) => bernoulliFamily(data),
});

/** Independent Bernoulli variables given by their log-odds, [..., n]. */
export function bernoulliLikelihood(logits: Tensor): Likelihood {
  return LikelihoodOf.numbers(Bernoulli.fromLogits(logits, { checkSupport: false }), { logits });
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
