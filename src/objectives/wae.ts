import { ValueError } from '../core/index.ts';
import { add, mean, mul, neg } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { reconstructionCriterion } from './criterion.ts';
import { knownTerms, meansOf } from './elbo-terms.ts';
import { kernelOptions, mmdToPrior } from './mmd.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

export const wae = defineObjective({
  name: 'wae',
  summary:
    'WAE-MMD: reconstruction, and codes that together are as the prior; nothing is asked of the codes of one example',
  when: 'for sharper reconstructions than the ELBO gives, where no likelihood is wanted: the ELBO of such a model says little; with posterior deterministic as in the paper',
  formula: 'E_q[log p(x|z)] − λ MMD²(q(z), p(z))',
  paper: 'Tolstikhin et al. 2018, Wasserstein Auto-Encoders',
  options: {
    lambda: option(scheduled({ least: 0 }), {
      help: 'λ, weight of the MMD, which is at most 2',
      default: 100,
      isScheduled: true,
    }),
    ...kernelOptions,
  },
  needsNoDensity: true,
  describe: ({ lambda }) => `WAE-MMD, λ = ${describeScheduled(lambda)}`,
  build: ({ kernel, bandwidth }, { batchSize }) => {
    if (batchSize < 2) throw new ValueError("objective 'wae': compares codes, so batchSize must be at least 2.");
    return {
      couplesExamples: true,
      criterion: reconstructionCriterion,
      build: (context) => {
        const { x, output, scalars } = context;
        const terms = knownTerms(context.model, output, x);
        const mmd = mmdToPrior(context, { kernel, bandwidth });
        return {
          loss: add(neg(mean(terms.reconstruction)), mul(mmd, scalars.lambda ?? 0)),
          metrics: { ...meansOf(terms), mmd },
        };
      },
    };
  },
});
