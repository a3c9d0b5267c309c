import { UnsupportedError, formatShape } from '../core/index.ts';
import { expandDims, logSumExp, mean, reshape, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { VaeOutput } from '../models/index.ts';
import type { ElboTerms } from './elbo-terms.ts';
import { logImportanceWeights } from './importance-weights.ts';
import { hasClosedKl, klTerm } from './kl.ts';

/** What several draws of z an example say (`Objective.draws`). */
export interface DrawnTerms {
  /** log w = log p(x|z) + log p(z) − log q(z|x), [rows, draws] */
  readonly logWeights: Tensor;
  /** Means over the draws, [rows]. */
  readonly terms: ElboTerms;
}

/**
 * What several draws of z an example say of its bound: log weights, and the terms of the ELBO as means over the draws.
 *
 * @param x [rows, inputSize]
 * @param logDensity log q(z|x) at the draws, [rows, draws]. Default: that of the draws themselves, whose gradient is the total one
 */
export function drawnTerms(x: Tensor, output: VaeOutput, logDensity: Tensor = output.logProbOfDraw): DrawnTerms {
  const { prior, posterior, latent, decoded = latent, likelihood } = output;
  if (latent.rank !== x.rank + 1) {
    throw new UnsupportedError(
      `the objective needs several draws of z an example, and the model gives ${formatShape(latent.shape)}: its 'apply' is to heed 'draws'.`,
    );
  }
  const logProb = likelihood.logProb(expandDims(x, -2)); // [rows, draws]
  const logWeights = logImportanceWeights({
    prior,
    latent: decoded,
    posteriorLogProb: logDensity,
    likelihood: { logProb: () => logProb },
    x,
  });
  const kl = mean(hasClosedKl(posterior, prior) ? klTerm(posterior, prior) : sub(logProb, logWeights), -1);
  return { logWeights, terms: { reconstruction: mean(logProb, -1), kl } };
}

/** log (1/K) Σₖ wₖ of the last axis: the bound of K draws (Burda et al. 2016, eq. 8). */
export function logMeanWeight(logWeights: Tensor): Tensor {
  return sub(logSumExp(logWeights, -1), Math.log(logWeights.shape.at(-1) as number));
}

/** Log weights [rows, bounds · draws] as those of several bounds, [rows, bounds, draws]. */
export function ofBounds(logWeights: Tensor, bounds: number): Tensor {
  const [rows = 1, draws = 1] = logWeights.shape;
  return reshape(logWeights, [rows, bounds, Number(draws) / bounds]);
}
