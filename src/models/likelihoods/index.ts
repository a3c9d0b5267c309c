import { bernoulli } from './bernoulli.ts';
import { categorical } from './categorical.ts';
import { continuousBernoulli } from './continuous-bernoulli.ts';
import { gaussian } from './gaussian.ts';
import { laplace } from './laplace.ts';
import { mixed } from './mixed.ts';
import { ordinal } from './ordinal.ts';
import { poisson } from './poisson.ts';

/** The likelihoods that there are. */
export const likelihoods = [
  bernoulli,
  continuousBernoulli,
  gaussian,
  laplace,
  poisson,
  categorical,
  ordinal,
  mixed,
] as const;

export { defineLikelihood } from './row.ts';
export type { LikelihoodData, LikelihoodRow } from './row.ts';
export { LikelihoodOf, everyNumber } from './likelihood.ts';
export type { DataSupport, Likelihood, LikelihoodFamily, LikelihoodParts, LikelihoodSizes } from './likelihood.ts';
export { bernoulliFamily, bernoulliLikelihood } from './bernoulli.ts';
export { continuousBernoulliFamily, continuousBernoulliLikelihood } from './continuous-bernoulli.ts';
export { gaussianFamily, gaussianLikelihood } from './gaussian.ts';
export type { ScaleFamilyOptions } from './location-scale.ts';
export type { NoiseStddev } from './noise-scale.ts';
export { laplaceFamily, laplaceLikelihood } from './laplace.ts';
export { categoricalFamily, categoricalLikelihood } from './categorical.ts';
export type { CategoricalOptions } from './categorical.ts';
export { ordinalFamily, ordinalLikelihood, ordinalLogProbs } from './ordinal.ts';
export type { OrdinalOptions } from './ordinal.ts';
export { poissonFamily, poissonLikelihood } from './poisson.ts';
export { mixedFamily } from './mixed.ts';
export type { MixedOptions } from './mixed.ts';
export type { MixedBlock } from './mixed-block.ts';
