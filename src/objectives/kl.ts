import { findKlRule, klDivergence } from '../gaussian/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/** A draw of z ~ q(z|x) and log q(z|x) there. */
export interface PosteriorDraw {
  /** [..., latent] */
  readonly latent: Tensor;
  /** [...] */
  readonly logProbOfDraw: Tensor;
}

/** Whether KL(q ‖ p) has a closed form. */
export function hasClosedKl(q: Distribution, p: Distribution): boolean {
  return findKlRule(q, p) !== undefined;
}

/**
 * KL(q(z|x) ‖ p(z)) in nats: in closed form where one is registered, one value per batch element; else log q(z|x) − log p(z) at
 * the draw, one value per draw, whose mean it is (Kingma and Welling 2014, eq. 2).
 *
 * @throws UnsupportedError where there is neither a closed form nor a draw
 */
export function klTerm(posterior: Distribution, prior: Distribution, draw?: PosteriorDraw): Tensor {
  if (!draw || hasClosedKl(posterior, prior)) return klDivergence(posterior, prior);
  return sub(draw.logProbOfDraw, prior.logProb(draw.latent));
}
