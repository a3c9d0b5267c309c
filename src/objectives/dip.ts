import { ValueError, rule } from '../core/index.ts';
import { add, constant, diagonalPart, identityMatrix, matmul, mean, mul, square, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { PosteriorDistribution } from '../models/index.ts';
import { option, optional } from '../parts/index.ts';
import { elboTerms, negativeElbo } from './elbo-terms.ts';
import { defineObjective } from './objective.ts';
import { describeScheduled, scheduled } from './schedule.ts';

const variants = ['i', 'ii'] as const;
type Variant = (typeof variants)[number];
/** λ_d in units of λ_od where nobody says, as the paper and disentanglement_lib take it. */
const usualRatio: Readonly<Record<Variant, number>> = { i: 10, ii: 1 };

/**
 * The covariance that DIP-VAE draws to the identity, [latent, latent], of the examples of a batch: that of the posteriors' means,
 * Cov(μ(x)), or for `ii` that of all codes, Cov(μ(x)) + E[Σ(x)]. The sums are divided by the number of examples, not by one
 * less: the estimate is too small by 1/rows.
 *
 * @param posterior batch shape [rows]
 */
export function covarianceOfCodes(posterior: PosteriorDistribution, variant: Variant): Tensor {
  const { mean: means, covariance } = posterior;
  if (!means || (variant === 'ii' && !covariance)) {
    throw new ValueError('dip: needs a posterior with moments, for DIP-VAE-II with a covariance.');
  }
  const centered = sub(means, mean(means, 0));
  const between = mul(matmul(centered, centered, { transposeA: true }), 1 / Number(means.shape[0]));
  return variant === 'ii' && covariance ? add(between, mean(covariance, 0)) : between;
}

export const dip = defineObjective({
  name: 'dip',
  summary: 'DIP-VAE: the ELBO, and a covariance of codes over the data that is drawn to the identity',
  when: 'to have latent dimensions that do not correlate, at no cost of the KL term',
  formula: 'ELBO − λ_od Σ_{i≠j} Cᵢⱼ² − λ_d Σᵢ (Cᵢᵢ − 1)²; C = Cov(μ(x)) for i, Cov(μ(x)) + E[Σ(x)] for ii',
  paper: 'Kumar, Sattigeri and Balakrishnan 2018, Variational Inference of Disentangled Latent Concepts, eq. 6 and 7',
  options: {
    variant: option(rule.oneOf(variants), {
      help: "which covariance: i, of the posteriors' means; ii, of all codes",
      default: 'i',
    }),
    lambdaOffDiagonal: option(scheduled({ least: 0 }), {
      help: 'λ_od, weight of the squared covariances',
      default: 10,
      isScheduled: true,
    }),
    lambdaDiagonal: optional(rule.number({ least: 0 }), {
      help: 'λ_d, weight of the squared distances of the variances from 1',
      defaultText: '10 λ_od for i, λ_od for ii',
    }),
  },
  describe: ({ variant, lambdaOffDiagonal }) =>
    `DIP-VAE-${variant.toUpperCase()}, λ_od = ${describeScheduled(lambdaOffDiagonal)}`,
  build: ({ variant, lambdaDiagonal }, { latent, batchSize }) => {
    if (batchSize < 2) throw new ValueError("objective 'dip': compares examples, so batchSize must be at least 2.");
    return {
      couplesExamples: true,
      needs: variant === 'i' ? { posterior: ['moments'] } : { posterior: ['moments', 'root'], option: "variant 'ii'" },
      build: ({ x, output, scalars: { lambdaOffDiagonal: offDiagonal = 0 } }) => {
        const terms = elboTerms({ ...output, x });
        const covariance = covarianceOfCodes(output.posterior, variant);
        const isDiagonal = identityMatrix(latent, covariance.dtype as 'float32' | 'float64');
        const variances = diagonalPart(covariance);
        const covariances = sum(square(mul(covariance, sub(1, isDiagonal))));
        const distances = sum(square(sub(variances, constant(1, covariance.dtype))));
        const diagonal = lambdaDiagonal ?? mul(offDiagonal, usualRatio[variant]);
        const penalty = add(mul(covariances, offDiagonal), mul(distances, diagonal));
        return {
          loss: add(negativeElbo(terms), penalty),
          metrics: { reconstruction: mean(terms.reconstruction), kl: mean(terms.kl), penalty },
        };
      },
    };
  },
});
