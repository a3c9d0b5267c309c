import { rule } from '../core/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { add, expandDims, maximum, mean, mul, sub, sum } from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms } from './elbo-terms.ts';
import { hasIndependentDimensions, klPerDimension } from './kl-per-dimension.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

/** Whose KL is compared with λ: each example's, or the mean of the batch. */
const places = ['batch', 'examples'] as const;

/**
 * What is paid where λ nats of each group are free: Σⱼ max(λ, KLⱼ), a mean over the rows, nats (Kingma et al. 2016, eq. 15).
 *
 * Groups are the latent dimensions where the KL of each is known (`klPerDimension`), with KLⱼ = KL(q(zⱼ|x) ‖ N(0, 1)); what dimensions
 * tell of each other under a q(z|x) with a full Σ, KL − Σⱼ KLⱼ, is none of them and is paid as it is. Elsewhere all dimensions
 * are one group, with n λ nats.
 *
 * @param kl of whole vectors, [rows]
 */
export function paidKl(
  kl: Tensor,
  options: {
    readonly posterior: Distribution;
    readonly prior: Distribution;
    readonly lambda: TensorLike;
    readonly over: (typeof places)[number];
  },
): Tensor {
  const { posterior, prior, lambda, over } = options;
  const [size = 1] = posterior.eventShape;
  const known = klPerDimension(posterior, prior);
  const terms = known ?? expandDims(kl, -1); // [rows, groups]
  const free = known ? lambda : mul(lambda, size);
  const paid = sum(maximum(over === 'batch' ? mean(terms, 0) : terms, free), -1);
  const between = known && !hasIndependentDimensions(posterior) ? mean(sub(kl, sum(known, -1))) : 0;
  return add(mean(paid), between);
}

export const freeBits = defineObjective({
  name: 'free-bits',
  summary: 'the ELBO in which λ nats of each latent dimension cost nothing',
  when: 'when latent dimensions collapse onto the prior early in training, as behind a strong decoder',
  formula: 'E_q[log p(x|z)] − Σⱼ max(λ, KL(q(zⱼ|x) ‖ p(zⱼ)))',
  paper: 'Kingma et al. 2016, Improving Variational Inference with Inverse Autoregressive Flow, eq. 15',
  options: {
    freeBits: option(scheduled({ least: 0 }), {
      help: 'λ, nats that a latent dimension has for free: F free nats in all are λ = F / latent, a bit is 0.693',
      default: 0.5,
      isScheduled: true,
    }),
    over: option(rule.oneOf(places), {
      help: "whose KL counts: each example's by itself, or the mean of the batch",
      default: 'batch',
    }),
  },
  describe: ({ freeBits: lambda }) => `ELBO, ${describeScheduled(lambda)} nats of each latent dimension free`,
  build: ({ over }) => ({
    // The maximum of a mean is no mean of what the examples give.
    couplesExamples: over === 'batch',
    build: ({ x, output, scalars: { freeBits: lambda = 0 } }) => {
      const { reconstruction, kl } = elboTerms({ ...output, x });
      const paid = paidKl(kl, { ...output, lambda, over });
      return {
        loss: sub(paid, mean(reconstruction)),
        metrics: { reconstruction: mean(reconstruction), kl: mean(kl), paidKl: paid },
      };
    },
  }),
});
