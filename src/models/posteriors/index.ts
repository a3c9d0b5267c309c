import { deterministic } from './deterministic.ts';
import { diagonal, isotropic } from './diagonal.ts';
import { full } from './full.ts';
import { householder } from './householder.ts';
import { iaf } from './iaf.ts';
import { lowRank } from './low-rank.ts';
import { planar } from './planar.ts';
import { radial } from './radial.ts';
import { sylvester } from './sylvester.ts';
import { vectorQuantized } from './vector-quantized.ts';

/** The posteriors that there are. */
export const posteriors = [
  isotropic,
  diagonal,
  full,
  lowRank,
  householder,
  planar,
  radial,
  sylvester,
  iaf,
  deterministic,
  vectorQuantized,
] as const;

export { asGaussian } from './as-gaussian.ts';
export { centerOf } from './center.ts';
export { Codebook, codeIndices } from './codebook.ts';
export type { CodebookOptions, Quantized } from './codebook.ts';
export { PointMass } from './point-mass.ts';
export { definePosterior } from './posterior.ts';
export type {
  CodeBook,
  CodeChoice,
  Posterior,
  PosteriorDistribution,
  PosteriorRow,
  PosteriorSizes,
} from './posterior.ts';
export type { FullRoot } from './full.ts';
