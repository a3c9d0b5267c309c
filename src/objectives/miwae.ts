import { mean } from '../graph/index.ts';
import { drawnTerms, logMeanWeight, ofBounds } from './draws.ts';
import { boundCriterion, boundLosses, boundsOption, drawsOption } from './importance-bounds.ts';
import { defineObjective } from './objective.ts';

export const miwae = defineObjective({
  name: 'miwae',
  summary: 'the mean of M importance-weighted bounds of K draws each',
  when: "when IWAE's gradients of the encoder are too noisy: M averages them, K tightens the bound",
  formula: '1/M Σₘ log 1/K Σₖ p(x, zₘₖ) / q(zₘₖ|x)',
  paper:
    'Rainforth et al. 2018, Tighter Variational Bounds are Not Necessarily Better, eq. 14 (not the MIWAE of missing data)',
  options: { draws: drawsOption, bounds: boundsOption },
  describe: ({ draws, bounds }) => `MIWAE, ${bounds} bounds of ${draws} draws`,
  build: ({ draws, bounds }) => ({
    couplesExamples: false,
    draws: bounds * draws,
    criterion: boundCriterion('iwae', draws, logMeanWeight),
    build: ({ x, output }) => {
      const { logWeights, terms } = drawnTerms(x, output);
      return boundLosses(mean(logMeanWeight(ofBounds(logWeights, bounds)), -1), terms, 'miwae');
    },
  }),
});
