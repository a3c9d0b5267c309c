import { rule } from '../core/index.ts';
import { add, constant, mean, mul, neg, square, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { option } from '../parts/index.ts';
import { squaredJacobian, squaredWeights } from './decoder-penalty.ts';
import { knownTerms, meansOf } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, fullValue, scheduled } from './schedule.ts';
import { refuseLearnedPrior } from './untrained-prior.ts';

const regularizers = ['l2', 'gradient-penalty', 'none'] as const;

/** What each regulariser is called in a description. */
const inWords = { l2: 'L2', 'gradient-penalty': 'gradient penalty', none: 'none of the decoder' } as const;

export const rae = defineObjective({
  name: 'rae',
  summary: 'the regularised autoencoder: reconstruction, codes near 0, and a decoder that is smooth',
  when: 'with posterior deterministic and prior ex-post-mixture: sharp samples from a mixture fitted to the codes, and no likelihood',
  formula: 'E_q[log p(x|z)] − β ½‖z‖² − λ R; R = ‖W‖² of the decoder (l2) or ‖∂E[x|z]/∂z‖²_F (gradient-penalty)',
  paper: 'Ghosh, Sajjadi, Vergari, Black and Schölkopf 2020, From Variational to Deterministic Autoencoders',
  options: {
    codeWeight: option(scheduled({ least: 0 }), { help: 'β, weight of ½‖z‖²', default: 0.1, isScheduled: true }),
    regularizer: option(rule.oneOf(regularizers), {
      help: "l2: squares of the decoder's weights; gradient-penalty: squares of the decoder's slopes, by random projections; none: for a network with decoderNorm spectral",
      default: 'l2',
    }),
    regularizerWeight: option(scheduled({ least: 0 }), {
      help: 'λ, weight of the regulariser of the decoder',
      default: 0.01,
      isScheduled: true,
    }),
    projections: option(rule.whole(1, 100), {
      help: 'random projections that a gradient penalty is estimated by, each a pass of the gradient',
      default: 1,
    }),
  },
  needsNoDensity: true,
  leavesPrior: true,
  describe: ({ codeWeight, regularizer, regularizerWeight }) =>
    `RAE, β = ${describeScheduled(codeWeight)}, ${inWords[regularizer]}${regularizer === 'none' ? '' : ` λ = ${describeScheduled(regularizerWeight)}`}`,
  build: ({ codeWeight, regularizer, projections }) => ({
    couplesExamples: false,
    criterion: {
      metric: 'reconstructionAndNorm',
      direction: 'max',
      perExample: ({ reconstruction, output: { latent } }) =>
        sub(reconstruction, mul(halfSquares(latent), fullValue(codeWeight))),
    },
    build: (context) => {
      const { x, model, output, scalars } = context;
      refuseLearnedPrior("objective 'rae'", model);
      const terms = knownTerms(model, output, x);
      const norm = mean(halfSquares(output.latent));
      const penalty = penaltyOf(context, { regularizer, projections });
      const loss = add(neg(mean(terms.reconstruction)), mul(norm, scalars.codeWeight ?? 0));
      return {
        loss: regularizer === 'none' ? loss : add(loss, mul(penalty, scalars.regularizerWeight ?? 0)),
        metrics: { ...meansOf(terms), norm, ...(regularizer !== 'none' && { penalty }) },
      };
    },
  }),
});

/** ½‖z‖², [rows] */
function halfSquares(z: Tensor): Tensor {
  return mul(sum(square(z), -1), 0.5);
}

function penaltyOf(
  context: Parameters<typeof squaredWeights>[0] & Parameters<typeof squaredJacobian>[0],
  { regularizer, projections }: { readonly regularizer: (typeof regularizers)[number]; readonly projections: number },
): Tensor {
  if (regularizer === 'none') return constant(0, context.x.dtype);
  return regularizer === 'l2' ? squaredWeights(context) : mean(squaredJacobian(context, projections));
}
