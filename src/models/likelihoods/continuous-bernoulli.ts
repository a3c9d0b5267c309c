import { ContinuousBernoulli } from '../../distributions/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { LikelihoodOf, everyNumber } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { defineLikelihood } from './row.ts';

export const continuousBernoulli = defineLikelihood({
  name: 'continuous-bernoulli',
  summary: 'numbers in [0, 1], with a proper density',
  when: 'For grey values that are meant as they are.',
  formula: 'p(x|z) = C(λ) λ^x (1 − λ)^(1 − x)',
  paper: 'Loaiza-Ganem and Cunningham 2019, The Continuous Bernoulli',
  options: {},
  build: (_, data) => continuousBernoulliFamily(data),
});

/** Independent continuous Bernoulli variables on [0, 1], given by the log-odds of λ, [..., n]. */
export function continuousBernoulliLikelihood(logits: Tensor): Likelihood {
  return LikelihoodOf.numbers(ContinuousBernoulli.fromLogits(logits, { checkSupport: false }), { logits });
}

/** p(x|z) of numbers in [0, 1]: a logit for each. */
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
