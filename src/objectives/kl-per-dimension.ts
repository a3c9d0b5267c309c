import { Gaussian, StandardNormal } from '../gaussian/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { add, log, mul, square, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/**
 * KL(q(zᵢ|x) ‖ N(0, 1)) = ½ (σᵢ² + μᵢ² − 1 − log σᵢ²) of each latent dimension's marginal, nats, [..., latent]. Where dimensions
 * depend on each other in q(z|x), their sum is less than KL(q(z|x) ‖ p(z)), by what they tell of each other.
 *
 * @returns undefined where q is no Gaussian, or the prior not N(0, I)
 */
export function klPerDimension(posterior: Distribution, prior: Distribution): Tensor | undefined {
  if (!isKlPerDimensionKnown(posterior, prior)) return undefined;
  const { variance, location } = posterior;
  return mul(sub(add(variance, square(location)), add(log(variance), 1)), 0.5);
}

/** Whether these terms are known: q(z|x) is Gaussian and p(z) = N(0, I). */
export function isKlPerDimensionKnown(posterior: Distribution, prior: Distribution): posterior is Gaussian {
  return posterior instanceof Gaussian && prior instanceof StandardNormal;
}

/** Whether latent dimensions are independent under q(z|x): then the terms above add up to the KL. */
export function hasIndependentDimensions(posterior: Distribution): boolean {
  return posterior instanceof Gaussian && ['diagonal', 'scaledIdentity'].includes((posterior as Gaussian).root.kind);
}
