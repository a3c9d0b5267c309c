import { add, mean, mul, sub } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { drawnTerms, logMeanWeight } from './draws.ts';
import { boundCriterion, boundLosses, drawsOption } from './importance-bounds.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

export const ciwae = defineObjective({
  name: 'ciwae',
  summary: 'β of the ELBO and 1 − β of the importance-weighted bound, of the same K draws',
  when: "to choose between the encoder that the ELBO trains and IWAE's bound; β may change over the steps",
  formula: 'β 1/K Σₖ log wₖ + (1 − β) log 1/K Σₖ wₖ, w = p(x, z) / q(z|x)',
  paper: 'Rainforth et al. 2018, Tighter Variational Bounds are Not Necessarily Better, eq. 15',
  options: {
    draws: drawsOption,
    beta: option(scheduled({ least: 0, most: 1 }), { help: 'share of the ELBO', default: 0.5, isScheduled: true }),
  },
  describe: ({ draws, beta }) => `CIWAE of ${draws} draws, β = ${describeScheduled(beta)}`,
  build: ({ draws }) => ({
    couplesExamples: false,
    draws,
    criterion: boundCriterion('iwae', draws, logMeanWeight),
    build: ({ x, output, scalars: { beta = 0.5 } }) => {
      const { logWeights, terms } = drawnTerms(x, output);
      const bound = add(mul(mean(logWeights, -1), beta), mul(logMeanWeight(logWeights), sub(1, beta)));
      return boundLosses(bound, terms, 'ciwae');
    },
  }),
});
