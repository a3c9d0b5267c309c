import { NdArray, ValueError, rule } from '../core/index.ts';
import {
  add,
  cast,
  constant,
  equal,
  expandDims,
  gather,
  leakyRelu,
  less,
  logicalAnd,
  logicalOr,
  mean,
  mul,
  neg,
  randomUniform,
  reshape,
  slice,
  softplus,
  stopGradient,
  sum,
} from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import { dense, sequential, stateless } from '../nn/index.ts';
import type { Layer } from '../nn/index.ts';
import { option } from '../parts/index.ts';
import { noTotalCorrelation } from './beta-tc.ts';
import { elboTerms, negativeElbo } from './elbo-terms.ts';
import { defineObjective, objectivePrefix } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

/** Of the discriminator: the paper's (appendix A). */
const slope = 0.2;
const moments = { beta1: 0.5, beta2: 0.9 } as const;

/** z [..., latent] → the log-odds that z comes from q(z) and not from the product of its marginals, [..., 1]. */
function discriminator(latent: number, { layers, width }: { readonly layers: number; readonly width: number }): Layer {
  const name = (layer: number): string => `${objectivePrefix}discriminator.${layer}`;
  const hidden = Array.from({ length: layers }, (_, k) => [
    dense(name(k), [k === 0 ? latent : width, width]),
    stateless('leaky-relu', (x) => leakyRelu(x, slope)),
  ]);
  return sequential([...hidden.flat(), dense(name(layers), [width, 1])]);
}

/**
 * Each column of z [rows, columns] in another order, each order as likely as any: what was together in a row is no longer.
 *
 * The ranks of uniform numbers are such an order; of equal numbers the first comes first.
 */
export function permuteColumns(z: Tensor, key: GraphKey): Tensor {
  const [rows, columns] = z.shape as [number, number];
  const drawn = randomUniform(key, [rows, columns]);
  const [other, own] = [expandDims(drawn, 0), expandDims(drawn, 1)];
  const index = Float32Array.from({ length: rows }, (_, row) => row);
  const [otherIndex, ownIndex] = [
    [1, rows, 1],
    [rows, 1, 1],
  ].map((shape) => constant(new NdArray(index, shape)));
  const isBefore = logicalOr(less(other, own), logicalAnd(equal(other, own), less(otherIndex ?? NaN, ownIndex ?? NaN)));
  const rank = sum(cast(isBefore, 'float32'), 1); // [rows, columns], a permutation in each column
  const column = constant(
    new NdArray(
      Float32Array.from({ length: columns }, (_, k) => k),
      [columns],
    ),
  );
  const places = cast(add(mul(rank, columns), column), 'int32');
  return gather(reshape(z, [rows * columns]), places);
}

export const factorVae = defineObjective({
  name: 'factor',
  summary: 'the ELBO and, with the weight γ, the total correlation of z as a discriminator estimates it',
  when: 'to have latent dimensions that vary by themselves; costs a second network in training',
  formula: 'E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)) − γ E_q[log D(z) / (1 − D(z))]',
  paper: 'Kim and Mnih 2018, Disentangling by Factorising',
  options: {
    gamma: option(scheduled({ least: 0 }), {
      help: 'weight of the total correlation',
      default: 10,
      isScheduled: true,
    }),
    discriminatorLayers: option(rule.whole(1, 100), { help: "the discriminator's hidden layers", default: 6 }),
    discriminatorWidth: option(rule.whole(1, 100_000), { help: 'units in each of them', default: 1000 }),
    discriminatorLearningRate: option(rule.number({ above: 0 }), {
      help: "of the discriminator's Adam, which no schedule changes",
      default: 1e-4,
    }),
  },
  describe: ({ gamma }) => `FactorVAE, γ = ${describeScheduled(gamma)}`,
  build: (options, { latent, batchSize }) => {
    if (batchSize < 4) {
      throw new ValueError("objective 'factor': permutes codes within half a batch, so batchSize must be at least 4.");
    }
    const { discriminatorLayers: layers, discriminatorWidth: width, discriminatorLearningRate: learningRate } = options;
    const network = discriminator(latent, { layers, width });
    return {
      parameters: network.parameters,
      optimizer: { learningRate, ...moments },
      couplesExamples: true,
      notices: latent > 1 ? [] : [noTotalCorrelation],
      build: ({ x, rows, key, parameters, output, scalars: { gamma = 1 } }) => {
        const terms = elboTerms({ ...output, x });
        const totalCorrelation = mean(network.apply(parameters, output.latent));
        // The two kinds of codes are of different examples, as the paper's are of different batches.
        const codes = stopGradient(output.latent);
        const half = Math.floor(rows / 2);
        const joint = network.apply(parameters, slice(codes, { 0: [0, half] }));
        const product = network.apply(parameters, permuteColumns(slice(codes, { 0: [half, rows] }), key));
        // Cross-entropy of −log D(z) and −log(1 − D(z)), by log-odds.
        const own = mul(add(mean(softplus(neg(joint))), mean(softplus(product))), 0.5);
        return {
          loss: add(negativeElbo(terms), mul(totalCorrelation, gamma)),
          own,
          metrics: {
            reconstruction: mean(terms.reconstruction),
            kl: mean(terms.kl),
            totalCorrelation,
            discriminatorLoss: own,
          },
        };
      },
    };
  },
});
