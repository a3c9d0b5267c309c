import { rule } from '../core/index.ts';
import { abs, mean, mul, sub } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';
import type { Schedule } from './schedule.ts';

/** From nothing to the paper's 25 nats, over half of the steps. */
const usualCapacity: Schedule = { value: 25, schedule: 'linear' };

export const capacity = defineObjective({
  name: 'capacity',
  summary: 'the ELBO with its KL term held at C nats, which grow',
  when: 'to let latent dimensions into use one after the other: each factor of the data that is worth most nats gets one of its own',
  formula: 'E_q[log p(x|z)] − γ |KL(q(z|x) ‖ p(z)) − C|',
  paper: 'Burgess et al. 2018, Understanding Disentangling in β-VAE, eq. 8',
  options: {
    capacity: option(scheduled({ least: 0 }), {
      help: 'C, nats; a number by itself stays from the first step on',
      default: usualCapacity,
      defaultText: describeScheduled(usualCapacity),
      isScheduled: true,
    }),
    gamma: option(scheduled({ least: 0 }), {
      help: 'weight of the distance of the KL term from C',
      default: 1000,
      isScheduled: true,
    }),
    over: option(rule.oneOf(['examples', 'batch']), {
      help: "whose KL counts: each example's by itself, or the mean of the batch",
      default: 'examples',
    }),
  },
  describe: ({ capacity: nats, gamma }) =>
    `capacity of ${describeScheduled(nats)} nats, γ = ${describeScheduled(gamma)}`,
  build: ({ over }) => ({
    // |·| of a mean is no mean of what the examples give.
    couplesExamples: over === 'batch',
    build: ({ x, output, scalars: { capacity: nats = 0, gamma = 1 } }) => {
      const { reconstruction, kl } = elboTerms({ ...output, x });
      const held = over === 'batch' ? mean(kl) : kl;
      const distance = mean(abs(sub(held, nats)));
      return {
        loss: sub(mul(distance, gamma), mean(reconstruction)),
        metrics: { reconstruction: mean(reconstruction), kl: mean(kl) },
      };
    },
  }),
});
