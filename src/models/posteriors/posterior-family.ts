import type { Gaussian } from '../../gaussian/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { ParameterSpec, Parameters } from '../../nn/index.ts';

/**
 * A family of posteriors q(z|x): how a Gaussian is read off the encoder's features. Valid by construction (variances
 * positive and bounded, covariances positive definite), so that no step needs a check, a decomposition or jitter.
 */
export interface PosteriorFamily {
  readonly parameters: readonly ParameterSpec[];
  /** features [..., featureSize] → q with batch shape [...] and event shape [latent] */
  apply(parameters: Parameters, features: Tensor): Gaussian;
}

export interface PosteriorSizes {
  readonly featureSize: number;
  readonly latent: number;
}

/**
 * Log-variances beyond ±10 bend towards ±14: standard deviations stay within e^±7, three orders of magnitude past
 * what a trained posterior shows, and no gradient explodes or vanishes for good.
 */
export const logVarianceBounds = { soft: 10, hard: 14 } as const;
