import { mean } from '../graph/index.ts';
import { logMeanWeight, ofBounds } from './draws.ts';
import { boundCriterion, boundsOption, drawsOption, partedBounds } from './importance-bounds.ts';
import { defineObjective } from './objective.ts';

export const piwae = defineObjective({
  name: 'piwae',
  summary:
    'the importance-weighted bound of all M · K draws for the decoder, the mean of M bounds of K draws for the encoder',
  when: "when the decoder is to have IWAE's tight bound and the encoder gradients with less noise",
  formula: 'decoder: log 1/(M K) Σₘₖ wₘₖ; encoder: 1/M Σₘ log 1/K Σₖ wₘₖ; w = p(x, z) / q(z|x)',
  paper: 'Rainforth et al. 2018, Tighter Variational Bounds are Not Necessarily Better, eq. 16',
  options: { draws: drawsOption, bounds: boundsOption },
  describe: ({ draws, bounds }) => `PIWAE, ${bounds} bounds of ${draws} draws`,
  build: ({ draws, bounds }) => ({
    couplesExamples: false,
    draws: bounds * draws,
    cutsOff: true,
    criterion: boundCriterion('iwae', bounds * draws, logMeanWeight),
    build: (context) => {
      const miwaeOf = (logWeights: Parameters<typeof ofBounds>[0]) =>
        mean(logMeanWeight(ofBounds(logWeights, bounds)), -1);
      const { loss, terms, logWeights } = partedBounds(context, { decoder: logMeanWeight, encoder: miwaeOf });
      return {
        loss,
        metrics: {
          reconstruction: mean(terms.reconstruction),
          kl: mean(terms.kl),
          iwae: mean(logMeanWeight(logWeights)),
          miwae: mean(miwaeOf(logWeights)),
        },
      };
    },
  }),
});
