import { mean } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms, negativeElbo } from './elbo-terms.ts';
import { createObjective, defineObjective } from './objective.ts';
import type { ObjectiveSizes, TrainingObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

/** The row of the ELBO among the objectives. */
export const elbo = defineObjective({
  name: 'elbo',
  summary: 'the evidence lower bound; with β ≠ 1 that of a β-VAE',
  when: 'always, unless you want something else of z than the model needs',
  formula: 'E_q[log p(x|z)] − β KL(q(z|x) ‖ p(z))',
  paper: 'Kingma and Welling 2014, Auto-Encoding Variational Bayes; Higgins et al. 2017, β-VAE',
  options: {
    beta: option(scheduled({ least: 0 }), { help: 'weight of the KL term', default: 1, isScheduled: true }),
  },
  describe: ({ beta }) => (beta === 1 ? 'ELBO' : `ELBO, β = ${describeScheduled(beta)}`),
  build: () => ({
    couplesExamples: false,
    build: ({ x, output, scalars: { beta } }) => {
      const terms = elboTerms({ ...output, x });
      return {
        loss: negativeElbo(terms, { ...(beta && { beta }) }),
        metrics: { reconstruction: mean(terms.reconstruction), kl: mean(terms.kl) },
      };
    },
  }),
});

/** Minus the ELBO, as a training minimises it where nothing else is said. */
export function elboObjective(
  { latent, inputSize }: Pick<ObjectiveSizes, 'latent' | 'inputSize'>,
  batchSize: number,
): TrainingObjective {
  return createObjective(elbo, {}, { latent, inputSize, batchSize, trainingSize: batchSize });
}
