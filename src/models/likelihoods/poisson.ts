import { Poisson } from '../../distributions/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { LikelihoodOf, everyNumber } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { defineLikelihood } from './row.ts';

export const poisson = defineLikelihood({
  name: 'poisson',
  summary: 'counts',
  when: 'For whole numbers from 0 on: events, words, reads.',
  formula: 'p(x|z) = λ^x e^−λ / x!',
  options: {},
  build: (_, data) => poissonFamily(data),
});

/** Independent counts given by the logarithm of their rates, [..., n]. */
export function poissonLikelihood(logRate: Tensor): Likelihood {
  const counts = Poisson.fromLogRate(logRate, { checkSupport: false });
  return LikelihoodOf.numbers(counts, { rate: counts.rate });
}

/** Log-rates beyond ±10 bend towards ±14: rates from 10⁻⁶ to 1.2 million, and no step of an optimiser overflows one. */
const bounds = { soft: 10, hard: 14 } as const;

/** The largest count for which float32 still tells neighbours apart. */
const largestCount = 2 ** 24;

/** p(x|z) of counts: a log-rate for each. */
export function poissonFamily({ inputSize }: LikelihoodSizes): LikelihoodFamily {
  return {
    name: 'poisson',
    outputSize: inputSize,
    parameters: [],
    measure: 'probabilities of counts',
    support: everyNumber(
      `counts: whole numbers from 0 to ${largestCount}`,
      (value) => Number.isInteger(value) && value >= 0 && value <= largestCount,
    ),
    apply: (outputs) => poissonLikelihood(softClamp(outputs, bounds.soft, bounds.hard)),
  };
}
