import { CapabilityError } from '../../core/index.ts';
import { Gaussian } from '../../gaussian/index.ts';
import type { PosteriorDistribution } from './posterior.ts';

/** A posterior as the Gaussian that it is. @throws CapabilityError when it is none */
export function asGaussian(posterior: PosteriorDistribution): Gaussian {
  if (posterior instanceof Gaussian) return posterior as Gaussian;
  throw new CapabilityError(`asGaussian: ${posterior.name} is no Gaussian.`);
}
