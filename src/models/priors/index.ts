import { standardNormal } from './standard-normal.ts';

/** The priors that there are. */
export const priors = [standardNormal] as const;

export { definePrior } from './prior.ts';
export type { Prior, PriorContext, PriorDistribution, PriorRow, PriorSizes } from './prior.ts';
