import { chowLiu } from './chow-liu.ts';
import { conditionalNormal } from './conditional-normal.ts';
import { exPostMixture } from './ex-post-mixture.ts';
import { gaussianMixture } from './gaussian-mixture.ts';
import { maf } from './maf.ts';
import { realNvp } from './realnvp.ts';
import { standardNormal } from './standard-normal.ts';
import { vamp } from './vamp.ts';

/** The priors that there are. */
export const priors = [
  standardNormal,
  gaussianMixture,
  vamp,
  realNvp,
  maf,
  conditionalNormal,
  exPostMixture,
  chowLiu,
] as const;

export { definePrior, priorPrefix } from './prior.ts';
export type { FittedParameters, Prior, PriorContext, PriorDistribution, PriorRow, PriorSizes } from './prior.ts';
