/** The anomaly scores by name, which the command line's help lists without loading what computes them: evaluation/anomaly/scores.ts. */
export const anomalyMethods = [
  'reconstruction',
  'reconstruction-probability',
  'elbo',
  'nll',
  'likelihood-ratio',
  'typicality',
  'balanced-elbo',
] as const;

/**
 * Scores of how anomalous an example is, higher is more anomalous; in nats, but the last two, which are half squared deviations:
 *
 * - `reconstruction`: −log p(x|z) at the posterior's mean z = μ(x): the reconstruction error in the likelihood's own units
 *   (cross-entropy, scaled squares). It splits into pixels or columns.
 * - `reconstruction-probability`: −E_q[log p(x|z)], the mean over draws of z ~ q(z|x) (An and Cho 2015, §3 and algorithm 4,
 *   as a logarithm).
 * - `elbo`: −E_q[log p(x|z)] + KL(q(z|x) ‖ p(z)), the mean over draws: how badly the model codes x (Kingma and Welling
 *   2014, eq. 3).
 * - `nll`: −log p(x) by importance sampling (Burda, Grosse and Salakhutdinov 2016, eq. 8).
 * - `likelihood-ratio`: log p₀(x) − log p(x) with the background p₀ of `evaluation/anomaly/background.ts` (Ren et al. 2019, eq. 5; Serrà et al.
 *   2020, eq. 1, with p₀ for the compressor). A likelihood alone calls an example normal that is merely simple, such as a
 *   blank image; p₀ takes off what an example costs for being as light, dark or extreme as it is.
 * - `balanced-elbo`: how far the two terms of the ELBO, −E_q[log p(x|z)] and KL(q(z|x) ‖ p(z)), lie above what is usual of them
 *   in training examples.
 * - `typicality`: how far what p₀ and the ELBO say of it lie from what they say of training examples: the
 *   statistics of a model taken for data of their own, as in Morningstar et al. 2021.
 */
export type AnomalyMethod = (typeof anomalyMethods)[number];
