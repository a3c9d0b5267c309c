import { rule } from '../core/index.ts';
import { add, div, expm1, log1p, max, mean, min, mul, squeeze, stopGradient, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { drawnTerms } from './draws.ts';
import { boundCriterion, boundLosses, drawsOption } from './importance-bounds.ts';
import { defineObjective } from './objective.ts';

/**
 * 1/(1 − α) log 1/K Σₖ wₖ^{1−α} of the last axis (Li and Turner 2016, eq. 14), and the mean of log w for α = 1.
 *
 * With e the log weight whose power is largest this is e + log1p(1/K Σₖ expm1((1 − α)(log wₖ − e))) / (1 − α): nothing overflows,
 * and nothing cancels as α comes near 1.
 */
export function renyiBound(logWeights: Tensor, alpha: number): Tensor {
  if (alpha === 1) return mean(logWeights, -1);
  const power = 1 - alpha;
  const extreme = stopGradient((power > 0 ? max : min)(logWeights, -1, { keepDims: true }));
  const powers = expm1(mul(sub(logWeights, extreme), power));
  return add(squeeze(extreme, -1), div(log1p(mean(powers, -1)), power));
}

export const renyi = defineObjective({
  name: 'renyi',
  summary: 'the Rényi bound of order α by K draws, between the ELBO (α = 1) and IWAE (α = 0)',
  when: 'to choose how a posterior covers the true one: α near 1 and above keeps to one mode of it, below 0 spreads over all',
  formula: '1/(1 − α) log E_q[(p(x, z) / q(z|x))^{1−α}], the expectation by 1/K Σₖ',
  paper: 'Li and Turner 2016, Rényi Divergence Variational Inference',
  options: {
    draws: drawsOption,
    order: option(rule.number(), {
      help: 'α: 1 is the ELBO, 0 IWAE; below 0 the bound is above log p(x) when K is large',
      default: 0.5,
    }),
  },
  describe: ({ draws, order }) => `Rényi bound, α = ${order}, ${draws} draws`,
  build: ({ draws, order }) => ({
    couplesExamples: false,
    draws,
    criterion: boundCriterion('renyi', draws, (logWeights) => renyiBound(logWeights, order)),
    build: ({ x, output }) => {
      const { logWeights, terms } = drawnTerms(x, output);
      return boundLosses(renyiBound(logWeights, order), terms, 'renyi');
    },
  }),
});
