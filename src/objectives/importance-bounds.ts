import { UnsupportedError, rule } from '../core/index.ts';
import { add, expandDims, grad, mean, mul, neg, softmax, stopGradient, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { VaeOutput } from '../models/index.ts';
import { option } from '../parts/index.ts';
import type { Criterion, CriterionContext } from './criterion.ts';
import { drawnTerms, logMeanWeight } from './draws.ts';
import type { ElboTerms } from './elbo-terms.ts';
import type { Losses, ObjectiveContext } from './objective.ts';

/** K, of those objectives that weigh several draws of an example against each other. */
export const drawsOption = option(rule.whole(1, 10_000), {
  help: 'draws of z an example, K; each is decoded, so a step takes some K times as long',
  default: 5,
});

/** M, of those that average bounds of K draws each. */
export const boundsOption = option(rule.whole(1, 10_000), {
  help: 'bounds of K draws each that are averaged, M: M · K draws are decoded',
  default: 2,
});

/** A bound on log p(x), as epochs are compared by it. @param bound one value an example, of its log weights [batch, draws] */
export function boundCriterion(metric: string, draws: number, bound: (logWeights: Tensor) => Tensor): Criterion {
  return {
    metric,
    direction: 'max',
    draws,
    perExample: ({ x, output }: CriterionContext) => bound(drawnTerms(x, output).logWeights),
  };
}

/** Minus a bound [rows], and what is said of a step. */
export function boundLosses(bound: Tensor, { reconstruction, kl }: ElboTerms, name: string): Losses {
  const value = mean(bound);
  return {
    loss: mul(value, -1),
    metrics: { reconstruction: mean(reconstruction), kl: mean(kl), [name]: value },
  };
}

/**
 * A loss with two gradients: the decoder's and the prior's is that of `own`, the encoder's that of draws z that move by
 * `direction`, ∂ of what is to grow by z. Its value is minus the bound.
 *
 * @param own minus the bound, a scalar whose expressions have z from `decoded` alone, and nothing else of the encoder
 */
function withEncoderGradient(own: Tensor, moves: readonly (readonly [what: Tensor, direction: Tensor])[]): Tensor {
  return moves.reduce((loss, [what, direction]) => {
    const along = sum(mul(what, stopGradient(direction)));
    return sub(loss, sub(along, stopGradient(along)));
  }, own);
}

function cutOffIn({ decoded }: VaeOutput): Tensor {
  if (decoded) return decoded;
  throw new UnsupportedError("the objective needs a decoder that is cut off: the model's 'apply' is to heed 'cutOff'.");
}

/**
 * The bound of K draws whose encoder follows the doubly reparameterised gradient (Tucker et al. 2018, eq. 8),
 *
 *   Σᵢ w̃ᵢ² ∂log wᵢ/∂zᵢ ∂zᵢ/∂φ,  w̃ = w / Σ w,
 *
 * with log q(z|x) at a fixed x as a function of z alone: the same mean as the bound's own gradient and a variance that does not
 * outgrow it as K grows. Decoder and prior keep the bound's own.
 */
export function doublyReparameterized({ x, output }: Pick<ObjectiveContext, 'x' | 'output'>): Losses {
  const { latent, posterior, logProbOfDraw } = output;
  const decoded = cutOffIn(output);
  const { logWeights, terms } = drawnTerms(x, output, stopGradient(logProbOfDraw));
  const losses = boundLosses(logMeanWeight(logWeights), terms, 'iwae');
  const shares = stopGradient(softmax(logWeights, -1));
  // −w̃ ∂log p(x, z)/∂z, which the decoder's gradient has computed already, and w̃ ∂log q(z|x)/∂z: means over the rows.
  const [ofModel] = grad(losses.loss, [decoded]) as [Tensor];
  const [ofPosterior] = grad(mean(sum(mul(posterior.logProb(decoded), shares), -1)), [decoded]) as [Tensor];
  const direction = mul(neg(add(ofModel, ofPosterior)), expandDims(shares, -1));
  return { ...losses, loss: withEncoderGradient(losses.loss, [[latent, direction]]) };
}

/**
 * Minus one bound for the decoder and the prior, whose encoder follows another one's gradient.
 *
 * @param bounds each of log weights [rows, draws], one value an example
 */
export function partedBounds(
  { x, output }: Pick<ObjectiveContext, 'x' | 'output'>,
  bounds: { readonly decoder: (logWeights: Tensor) => Tensor; readonly encoder: (logWeights: Tensor) => Tensor },
): { readonly loss: Tensor; readonly terms: ElboTerms; readonly logWeights: Tensor } {
  const { latent, logProbOfDraw } = output;
  const decoded = cutOffIn(output);
  const logDensity = stopGradient(logProbOfDraw);
  const { logWeights, terms } = drawnTerms(x, output, logDensity);
  const [byLatent, byDensity] = grad(mean(bounds.encoder(logWeights)), [decoded, logDensity]) as [Tensor, Tensor];
  const loss = withEncoderGradient(mul(mean(bounds.decoder(logWeights)), -1), [
    [latent, byLatent],
    [logProbOfDraw, byDensity],
  ]);
  return { loss, terms, logWeights };
}
