import { rule } from '../core/index.ts';
import { option } from '../parts/index.ts';
import { drawnTerms, logMeanWeight } from './draws.ts';
import { boundCriterion, boundLosses, doublyReparameterized, drawsOption } from './importance-bounds.ts';
import { defineObjective } from './objective.ts';

export const iwae = defineObjective({
  name: 'iwae',
  summary:
    'the importance-weighted bound of K draws of z an example, which comes closer to log p(x) the more there are',
  when: 'for a better likelihood and posteriors that need not be good in every draw',
  formula: 'E_{z₁…z_K ~ q}[log 1/K Σₖ p(x, zₖ) / q(zₖ|x)]',
  paper:
    'Burda, Grosse and Salakhutdinov 2016, Importance Weighted Autoencoders; Tucker et al. 2018, Doubly Reparameterized Gradient Estimators',
  options: {
    draws: drawsOption,
    gradient: option(rule.oneOf(['iwae', 'dreg']), {
      help: "the encoder's: the bound's own, whose signal drowns as K grows, or doubly reparameterised (DReG)",
      default: 'iwae',
    }),
  },
  describe: ({ draws, gradient }) => `IWAE of ${draws} draws${gradient === 'dreg' ? ', DReG' : ''}`,
  build: ({ draws, gradient }) => ({
    couplesExamples: false,
    draws,
    cutsOff: gradient === 'dreg',
    ...(gradient === 'dreg' && { needs: { posterior: ['logProb'] as const, option: "gradient 'dreg'" } }),
    criterion: boundCriterion('iwae', draws, logMeanWeight),
    build: (context) => {
      if (gradient === 'dreg') return doublyReparameterized(context);
      const { logWeights, terms } = drawnTerms(context.x, context.output);
      return boundLosses(logMeanWeight(logWeights), terms, 'iwae');
    },
  }),
});
