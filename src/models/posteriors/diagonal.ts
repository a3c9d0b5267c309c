import { MultivariateNormalDiag } from '../../gaussian/index.ts';
import { broadcastTo } from '../../graph/index.ts';
import { dense } from '../../nn/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { logVarianceBounds } from './posterior-family.ts';
import type { PosteriorFamily, PosteriorSizes } from './posterior-family.ts';

/** Σ = diag(σ²), the VAE's usual case: z = μ + σ ⊙ ε with σ the elementwise root of the variance. */
export function diagonalPosterior({ featureSize, latent }: PosteriorSizes): PosteriorFamily {
  return diagonalFamily(featureSize, latent, latent);
}

/** Σ = σ² I, one variance for all latent dimensions: z = μ + σ ε. */
export function isotropicPosterior({ featureSize, latent }: PosteriorSizes): PosteriorFamily {
  return diagonalFamily(featureSize, latent, 1);
}

function diagonalFamily(featureSize: number, latent: number, variances: number): PosteriorFamily {
  const mean = dense('mean', [featureSize, latent]);
  const logVariance = dense('logVariance', [featureSize, variances]);
  return {
    parameters: [...mean.parameters, ...logVariance.parameters],
    apply: (parameters, features) => {
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
