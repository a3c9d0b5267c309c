import { randomNormal } from '../graph/index.ts';
import type { GraphKey } from '../graph/index.ts';
import type { SampleAndLogProb } from '../gaussian/index.ts';
import type { Key } from '../random/index.ts';
import type { PosteriorDistribution } from './posteriors/index.ts';

/**
 * Several draws of z for each example, [rows, draws, latent], with their log densities, [rows, draws]. Examples are the first axis
 * from the noise on, so that a part of a batch draws, and rounds, as it does in the whole.
 *
 * @param posterior q(z|x), batch shape [rows, 1]
 */
export function drawSeveral(posterior: PosteriorDistribution, key: GraphKey | Key, draws: number): SampleAndLogProb {
  const { batchShape, noiseSize, dtype } = posterior;
  return posterior.fromNoise(randomNormal(key, [...batchShape.slice(0, -1), draws, noiseSize], dtype));
}
