import { conditionalNormal } from './conditional-normal.ts';
import { gaussianMixture } from './gaussian-mixture.ts';
import { maf } from './maf.ts';
import { realNvp } from './realnvp.ts';
import { standardNormal } from './standard-normal.ts';
import { vamp } from './vamp.ts';

/** The priors that there are. */
export const priors = [standardNormal, gaussianMixture, vamp, realNvp, maf, conditionalNormal] as const;

export { definePrior, priorPrefix } from './prior.ts';
export type { Prior, PriorContext, PriorDistribution, PriorRow, PriorSizes } from './prior.ts';
