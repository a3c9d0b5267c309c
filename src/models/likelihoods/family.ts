import { ValueError } from '../../core/index.ts';
import { bernoulliFamily } from './bernoulli.ts';
import { categoricalFamily } from './categorical.ts';
import { continuousBernoulliFamily } from './continuous-bernoulli.ts';
import type { DataScale } from './data-scale.ts';
import { gaussianFamily } from './gaussian.ts';
import { laplaceFamily } from './laplace.ts';
import type { LikelihoodFamily } from './likelihood.ts';
import type { NoiseStddev } from './noise-scale.ts';
import { ordinalFamily } from './ordinal.ts';
import { poissonFamily } from './poisson.ts';

/** Which p(x|z). */
export interface LikelihoodOptions {
  readonly likelihood: SimpleLikelihood;
  /** Standard deviation of a Gaussian or Laplace likelihood. Default: shared. */
  readonly stddev?: NoiseStddev;
  /** How many classes or levels a categorical or ordinal one has. */
  readonly classes?: number;
}

/** The likelihoods whose dimensions are all of one kind. */
export type SimpleLikelihood =
  'bernoulli' | 'continuous-bernoulli' | 'gaussian' | 'laplace' | 'categorical' | 'ordinal' | 'poisson';

export interface LikelihoodData {
  /** Numbers in one example. */
  readonly inputSize: number;
  /** The data's variance, roughly: where a learned σ² starts. Default: 1. */
  readonly variance?: number;
  /** What Gaussian and Laplace data were divided by (`ScaleFamilyOptions`). Default: 1. */
  readonly scale?: DataScale | undefined;
}

/** The family that the options name. @throws ValueError when it does not fit the data's size */
export function likelihoodFamily(options: LikelihoodOptions, data: LikelihoodData): LikelihoodFamily {
  const { likelihood, stddev = 'shared' } = options;
  switch (likelihood) {
    case 'bernoulli':
      return bernoulliFamily(data);
    case 'continuous-bernoulli':
      return continuousBernoulliFamily(data);
    case 'gaussian':
      return gaussianFamily({ ...data, stddev });
    case 'laplace':
      return laplaceFamily({ ...data, stddev });
    case 'poisson':
      return poissonFamily(data);
    case 'categorical':
      return categoricalFamily({ ...data, classes: classesOf(options) });
    case 'ordinal':
      return ordinalFamily({ ...data, levels: classesOf(options) });
  }
}

function classesOf({ likelihood, classes }: LikelihoodOptions): number {
  if (classes === undefined) throw new ValueError(`likelihoodFamily: a ${likelihood} likelihood needs 'classes'.`);
  return classes;
}
