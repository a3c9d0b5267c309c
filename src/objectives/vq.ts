import { CapabilityError } from '../core/index.ts';
import {
  add,
  cast,
  exp,
  greater,
  log,
  maximum,
  mean,
  mul,
  neg,
  square,
  stopGradient,
  sub,
  sum,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { VaeOutput } from '../models/index.ts';
import { option } from '../parts/index.ts';
import { knownTerms, meansOf } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, fullValue, scheduled } from './schedule.ts';
import { refuseLearnedPrior } from './untrained-prior.ts';

export const vq = defineObjective({
  name: 'vq',
  summary: 'VQ-VAE: reconstruction, and encoders that commit themselves to the codes; codes follow by moving averages',
  when: 'with posterior vector-quantized, for codes that are few and discrete; one thread takes its steps, as codes follow the whole batch',
  formula: 'log p(x|z) − β ‖μ(x) − sg(z)‖²',
  paper: 'van den Oord, Vinyals and Kavukcuoglu 2017, Neural Discrete Representation Learning, eq. 3',
  options: {
    commitment: option(scheduled({ least: 0 }), {
      help: 'β, weight of the squared distance from what the encoder says to its codes',
      default: 0.25,
      isScheduled: true,
    }),
  },
  needsNoDensity: true,
  leavesPrior: true,
  describe: ({ commitment }) => `VQ-VAE, β = ${describeScheduled(commitment)}`,
  build: ({ commitment }) => ({
    // What follows the whole batch are the codes, which are the posterior's state: one thread takes such steps.
    couplesExamples: false,
    needs: { posterior: ['codes'] },
    criterion: {
      metric: 'reconstructionAndCommitment',
      direction: 'max',
      perExample: ({ reconstruction, output }) =>
        sub(reconstruction, mul(commitmentOf(codesOf(output)), fullValue(commitment))),
    },
    build: ({ x, model, output, scalars }) => {
      refuseLearnedPrior("objective 'vq'", model);
      const terms = knownTerms(model, output, x);
      const codes = codesOf(output);
      const distance = mean(commitmentOf(codes));
      return {
        loss: add(neg(mean(terms.reconstruction)), mul(distance, scalars.commitment ?? 0)),
        metrics: { ...meansOf(terms), commitment: distance, ...usageOf(codes.assignment) },
      };
    },
  }),
});

type Codes = NonNullable<VaeOutput['posterior']['codes']>;

function codesOf({ posterior }: VaeOutput): Codes {
  if (posterior.codes) return posterior.codes;
  throw new CapabilityError(`objective 'vq': the posterior '${posterior.name}' has no codes.`);
}

/** ‖μ(x) − sg(z)‖² of each example, [rows]: its gradient is the encoder's alone. */
function commitmentOf({ encoded, quantized }: Codes): Tensor {
  return sum(square(sub(encoded, stopGradient(quantized))), [-2, -1]);
}

/** Of a batch's codes: exp of the entropy of their shares, and how many are used at all. */
function usageOf(assignment: Tensor): { readonly perplexity: Tensor; readonly codesUsed: Tensor } {
  const axes = assignment.shape.map((_, axis) => axis).slice(0, -1);
  const share = mean(assignment, axes); // [K]
  const entropy = neg(sum(mul(share, log(maximum(share, 1e-30)))));
  return { perplexity: exp(entropy), codesUsed: sum(cast(greater(share, 0), 'float32')) };
}
