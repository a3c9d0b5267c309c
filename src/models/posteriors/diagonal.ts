import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import { broadcastTo } from '../../graph/index.ts';
import { dense } from '../../nn/index.ts';
import { gaussianCapabilities } from '../capabilities.ts';
import { softClamp } from '../soft-clamp.ts';
import { definePosterior, logVarianceBounds } from './posterior.ts';
import type { Posterior, PosteriorSizes } from './posterior.ts';

export const diagonal = definePosterior({
  name: 'diagonal',
  summary: 'independent latent dimensions, a variance for each',
  when: "The VAE's usual case: fast, and what published numbers are of.",
  formula: 'Σ = diag(σ²), z = μ + σ ⊙ ε',
  paper: 'Kingma and Welling 2014, Auto-Encoding Variational Bayes',
  options: {},
  capabilities: gaussianCapabilities,
  build: (_, sizes) => diagonalPosterior(sizes, sizes.latent),
});

export const isotropic = definePosterior({
  name: 'isotropic',
  summary: 'one variance for all latent dimensions',
  when: 'For teaching, and as the least that a posterior can say of its uncertainty.',
  formula: 'Σ = σ² I, z = μ + σ ε',
  options: {},
  capabilities: gaussianCapabilities,
  build: (_, sizes) => diagonalPosterior(sizes, 1),
});

/** @param variances how many the head gives: one for each dimension, or one for all */
function diagonalPosterior({ featureSize, latent }: PosteriorSizes, variances: number): Posterior {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, variances]);
  return {
    parameters: [...mean.parameters, ...logVariance.parameters],
    apply: (parameters, features): MultivariateNormalDiag => {
      const loc = mean.apply(parameters, features);
      const bounded = softClamp(
        logVariance.apply(parameters, features),
        logVarianceBounds.soft,
        logVarianceBounds.hard,
      );
      return MultivariateNormalDiag.fromLogVariance(loc, broadcastTo(bounded, loc.shape));
    },
  };
}
