import { ValueError } from '../core/index.ts';
import { add, mean, mul, sub } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms } from './elbo-terms.ts';
import { kernelOptions, mmdToPrior } from './mmd.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, fullValue, scheduled } from './schedule.ts';

export const info = defineObjective({
  name: 'info',
  summary:
    'InfoVAE, which pays 1 − α of the KL term and for codes that together are not as the prior; with α = 1 the MMD-VAE',
  when: 'when z should keep what it knows of x, behind a strong decoder too, and all codes together be spread as the prior',
  formula: 'E_q[log p(x|z)] − (1 − α) KL(q(z|x) ‖ p(z)) − (α + λ − 1) MMD²(q(z), p(z))',
  paper: 'Zhao, Song and Ermon 2017, InfoVAE: Information Maximizing Variational Autoencoders, eq. 6',
  options: {
    alpha: option(scheduled({ most: 1 }), {
      help: 'α: 1 − α is the weight of the KL term',
      default: 0.5,
      isScheduled: true,
    }),
    lambda: option(scheduled({ least: 0 }), {
      help: 'λ: α + λ − 1 is the weight of the MMD, which is at most 2',
      default: 100,
      isScheduled: true,
    }),
    ...kernelOptions,
  },
  describe: ({ alpha, lambda }) => `InfoVAE, α = ${describeScheduled(alpha)}, λ = ${describeScheduled(lambda)}`,
  build: ({ alpha, kernel, bandwidth }, { batchSize }) => {
    if (batchSize < 2) throw new ValueError("objective 'info': compares codes, so batchSize must be at least 2.");
    return {
      couplesExamples: true,
      criterion: {
        metric: 'reconstructionAndKl',
        direction: 'max',
        perExample: ({ terms: { reconstruction, kl } }) => sub(reconstruction, mul(kl, 1 - fullValue(alpha))),
      },
      build: (context) => {
        const { x, output, scalars } = context;
        const { reconstruction, kl } = elboTerms({ ...output, x });
        const mmd = mmdToPrior(context, { kernel, bandwidth });
        const { alpha: share = 1, lambda = 0 } = scalars;
        const ofExamples = mean(sub(mul(kl, sub(1, share)), reconstruction));
        return {
          loss: add(ofExamples, mul(mmd, sub(add(share, lambda), 1))),
          metrics: { reconstruction: mean(reconstruction), kl: mean(kl), mmd },
        };
      },
    };
  },
});
