import { ValueError } from '../core/index.ts';
import {
  bernoulliBackground,
  categoricalBackground,
  gaussianBackground,
  poissonBackground,
} from '../evaluation/index.ts';
import type { Background } from '../evaluation/index.ts';
import type { RunConfig } from '../io/index.ts';

/** What a run's `likelihood-ratio` scores compare with: a background over the same kind of values as its likelihood. */
export function backgroundFor({ data, model }: RunConfig): Background {
  const { likelihood, classes = 1 } = model;
  switch (likelihood) {
    case 'bernoulli':
      return bernoulliBackground;
    case 'gaussian':
    case 'laplace':
    case 'continuous-bernoulli':
      return gaussianBackground(data.support === 'real' ? { center: 0, stddev: 1 } : { center: 0.5, stddev: 0.1 });
    case 'poisson':
      return poissonBackground;
    case 'categorical':
      return categoricalBackground(classes);
    case 'ordinal':
      return ({ length }) => length * Math.log(classes);
    default:
      throw new ValueError(`score: 'likelihood-ratio' has no background for a ${likelihood} likelihood. Use 'elbo'.`);
  }
}
