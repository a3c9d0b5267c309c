import { broadcastTo, constant } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { PosteriorDistribution } from './posterior.ts';

/**
 * The z that stands for an example where one must: the mean of q(z|x), or without moments the image of the noise's mean, ε = 0,
 * which for Gaussians is the same.
 */
export function centerOf(posterior: PosteriorDistribution): Tensor {
  if (posterior.mean) return posterior.mean;
  const { batchShape, noiseSize, dtype } = posterior;
  return posterior.fromNoise(broadcastTo(constant(0, dtype), [...batchShape, noiseSize])).value;
}
