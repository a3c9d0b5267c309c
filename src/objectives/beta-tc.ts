import { NdArray, ValueError, rule } from '../core/index.ts';
import { add, asTensor, constant, expandDims, logSumExp, mean, mul, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { VaeOutput } from '../models/index.ts';
import { option } from '../parts/index.ts';
import { elboTerms } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

const estimators = ['weighted', 'stratified'] as const;

export interface AggregateOptions {
  /** Examples that the aggregate q(z) = 1/N Σ q(z|xₙ) is over. */
  readonly trainingSize: number;
  readonly estimator: (typeof estimators)[number];
}

/** What KL(q(z|x) ‖ p(z)), averaged over the data, is made of: nats, one value an example, [rows]. They add up to it. */
export interface AggregateTerms {
  /** log q(z|x) − log q(z): its mean is the mutual information of z and the example's number. */
  readonly mutualInformation: Tensor;
  /** log q(z) − Σᵢ log q(zᵢ): of its mean, the total correlation, TC. */
  readonly totalCorrelation: Tensor;
  /** Σᵢ log q(zᵢ) − log p(z). */
  readonly dimensionwiseKl: Tensor;
}

/**
 * The decomposition of the KL term (Chen et al. 2018, eq. 2) at one draw of z an example. The density of the aggregate is taken
 * from the M examples of the batch:
 *
 * - weighted (eq. 3): q(z) ≈ 1/(N M) Σⱼ q(z|xⱼ)
 * - stratified (appendix C.2): the example that z was drawn from has its weight 1/N, and the others what is left,
 *   (N − 1) / (N (M − 1)) each. The paper gives one of them, chosen at random, another weight; this is the mean over the
 *   choice.
 *
 * For N = M both are sums over all that there is; `stratified` then is q(z) itself, `weighted` 1/M of it. In general `weighted` is
 * some 1/N of q(z): the mutual information comes out too large by log N, and the total correlation by (n − 1) log N for n
 * dimensions, which no gradient sees.
 */
export function aggregateTerms(
  { posterior, prior, latent, logProbOfDraw }: Pick<VaeOutput, 'posterior' | 'prior' | 'latent' | 'logProbOfDraw'>,
  options: AggregateOptions,
): AggregateTerms {
  const each = expandDims(latent, -2); // [rows, 1, latent], against the batch's posteriors: [rows, rows]
  const marginals = posterior.marginalLogProb?.(each);
  const [rows] = latent.shape;
  if (!marginals || typeof rows !== 'number') {
    throw new ValueError(
      'beta-tc: needs a fixed number of rows and a posterior with the densities of its coordinates.',
    );
  }
  const weights = logWeights(rows, options, latent.dtype as 'float32' | 'float64');
  const logAggregate = logSumExp(add(posterior.logProb(each), weights), 1);
  const logMarginals = sum(logSumExp(add(marginals, expandDims(weights, -1)), 1), -1);
  return {
    mutualInformation: sub(logProbOfDraw, logAggregate),
    totalCorrelation: sub(logAggregate, logMarginals),
    dimensionwiseKl: sub(logMarginals, prior.logProb(latent)),
  };
}

/** log of the weight that example j has in the density at example i's draw, [rows, rows]. */
function logWeights(rows: number, { trainingSize, estimator }: AggregateOptions, dtype: 'float32' | 'float64'): Tensor {
  if (estimator === 'weighted') return asTensor(-Math.log(trainingSize * rows), dtype);
  const [own, other] = [1 / trainingSize, (trainingSize - 1) / (trainingSize * (rows - 1))].map(Math.log);
  const weights = NdArray.zeros([rows, rows], dtype);
  weights.data.forEach((_, at) => (weights.data[at] = at % (rows + 1) === 0 ? (own ?? NaN) : (other ?? NaN)));
  return constant(weights);
}

/** For objectives that weigh the total correlation, of one latent dimension. */
export const noTotalCorrelation =
  'one latent dimension has no total correlation by definition, so its weight has no effect. Choose latent 2 or more.';

const weight = (help: string, usual: number) =>
  option(scheduled({ least: 0 }), { help, default: usual, isScheduled: true });

export const betaTc = defineObjective({
  name: 'beta-tc',
  summary: 'the ELBO with the KL term in three, of which the total correlation of z has the weight β',
  when: 'to have latent dimensions that vary by themselves, at less cost of reconstruction than a larger β of the ELBO',
  formula: 'E_q[log p(x|z)] − α I(x; z) − β TC(z) − γ Σᵢ KL(q(zᵢ) ‖ p(zᵢ))',
  paper: 'Chen et al. 2018, Isolating Sources of Disentanglement in Variational Autoencoders',
  options: {
    beta: weight('weight of the total correlation', 6),
    alpha: weight('weight of the mutual information of x and z', 1),
    gamma: weight('weight of the KL terms of the single dimensions', 1),
    estimator: option(rule.oneOf(estimators), {
      help: 'how the density of all codes is estimated from a batch; weighted has terms that are off by multiples of log(N M)',
      default: 'stratified',
    }),
  },
  describe: ({ beta }) => `β-TC, β = ${describeScheduled(beta)}`,
  build: ({ estimator }, { batchSize, latent }) => {
    if (batchSize < 2) throw new ValueError(`objective 'beta-tc': compares examples, so batchSize must be at least 2.`);
    return {
      couplesExamples: true,
      needs: { posterior: ['logProbOfDraw', 'logProb', 'marginalLogProb'], prior: ['logProb'] },
      notices: latent > 1 ? [] : [noTotalCorrelation],
      build: ({ x, output, trainingSize, scalars: { alpha = 1, beta = 1, gamma = 1 } }) => {
        const { reconstruction, kl } = elboTerms({ ...output, x });
        const terms = aggregateTerms(output, { trainingSize, estimator });
        const { mutualInformation, totalCorrelation, dimensionwiseKl } = terms;
        const penalty = add(
          add(mul(mutualInformation, alpha), mul(totalCorrelation, beta)),
          mul(dimensionwiseKl, gamma),
        );
        return {
          loss: mean(sub(penalty, reconstruction)),
          metrics: {
            reconstruction: mean(reconstruction),
            kl: mean(kl),
            mutualInformation: mean(mutualInformation),
            totalCorrelation: mean(totalCorrelation),
            dimensionwiseKl: mean(dimensionwiseKl),
          },
        };
      },
    };
  },
});
