import { diagonal, isotropic } from './diagonal.ts';
import { full } from './full.ts';
import { lowRank } from './low-rank.ts';
import { planar } from './planar.ts';

/** The posteriors that there are. */
export const posteriors = [isotropic, diagonal, full, lowRank, planar] as const;

export { asGaussian } from './as-gaussian.ts';
export { centerOf } from './center.ts';
export { definePosterior } from './posterior.ts';
export type { Posterior, PosteriorDistribution, PosteriorRow, PosteriorSizes } from './posterior.ts';
export type { FullRoot } from './full.ts';
