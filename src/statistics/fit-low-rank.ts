import { NdArray, ValueError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { LowRankMultivariateNormal } from '../gaussian/index.ts';
import { eigh } from '../linalg/index.ts';
import { requireSpread } from './fit.ts';
import { momentsOf } from './moments.ts';
import type { FitOptions } from './moments.ts';

/** Options of `fitLowRankMultivariateNormal`: the rank, and what D is. */
export interface LowRankFitOptions extends FitOptions {
  /** Columns of W: from 1 to n − 1. */
  readonly rank: number;
  /** What D is: σ² I (probabilistic PCA, the default), or any diagonal (factor analysis). */
  readonly noise?: 'isotropic' | 'diagonal';
  /** Of factor analysis: the most steps; default 10,000. */
  readonly maxIterations?: number;
  /** Of factor analysis: it ends when a step gains less log-likelihood than this an example, in nats; default 1e-12. */
  readonly tolerance?: number;
}

/** What `fitLowRankMultivariateNormal` gives: the distribution, and how well it fits. */
export interface LowRankFit {
  readonly distribution: LowRankMultivariateNormal;
  /** Mean over examples (weighted), in nats. */
  readonly logLikelihood: number;
  /** Steps of factor analysis; 0 for probabilistic PCA, which has a closed form. */
  readonly iterations: number;
  readonly converged: boolean;
}

/** D's entries, and W [n, r] row-major. */
interface Factors {
  readonly noise: Float64Array<ArrayBuffer>;
  readonly factor: Float64Array<ArrayBuffer>;
  /** ½ (n log 2π + log det Σ + tr Σ⁻¹S) of the D that this W was found for. */
  readonly cost: number;
}

/** A noise variance is not taken below this share of the coordinate's variance (a Heywood case, where the best would be 0). */
const smallestShare = 1e-12;

/**
 * N(μ, D + W Wᵀ) of highest likelihood.
 *
 * With D = σ² I in closed form (Tipping and Bishop 1999, eq. 7 and 8): σ² is the mean of the n − r smallest eigenvalues of the
 * covariance S, W = U (Λ − σ² I)^{1/2} of the others. With any diagonal D by conditional maximisation (Barber 2012, §21.2): the best W
 * for a D is that of D^{-1/2} S D^{-1/2} with σ² = 1, the next D is diag(S − W Wᵀ); the likelihood grows with every step.
 *
 * @param points [examples, n]
 * @throws ValueError for a rank outside [1, n − 1], and where the best noise is 0
 */
export function fitLowRankMultivariateNormal(points: ArrayLikeInput, options: LowRankFitOptions): LowRankFit {
  const operation = 'fitLowRankMultivariateNormal';
  const { rank, noise: kind = 'isotropic', maxIterations = 10_000, tolerance = 1e-12 } = options;
  const { mean, covariance, size } = momentsOf(operation, NdArray.from(points, 'float64'), options);
  if (!Number.isInteger(rank) || rank < 1 || rank >= size) {
    throw new ValueError(`${operation}: rank must be a whole number from 1 to ${size - 1}, got ${rank}.`);
  }
  const variances = Float64Array.from({ length: size }, (_, i) => covariance[i * size + i]!);
  requireSpread(operation, variances, 'coordinate');
  const made = (found: Factors, iterations: number, converged: boolean): LowRankFit => ({
    distribution: LowRankMultivariateNormal.fromVariance(mean, found.noise, {
      factor: new NdArray(found.factor, [size, rank]),
    }),
    logLikelihood: -found.cost,
    iterations,
    converged,
  });

  if (kind === 'isotropic') {
    const { values } = eigh(new NdArray(covariance, [size, size]));
    const rest = Array.from(values.data).slice(0, size - rank);
    const noise = rest.reduce((sum, x) => sum + x, 0) / rest.length;
    if (!(noise > smallestShare * values.data.at(-1)!)) {
      throw new ValueError(
        `${operation}: the examples lie in ${rank} dimensions: no noise is left. Take a smaller rank.`,
      );
    }
    return made(bestFactor(covariance, new Float64Array(size).fill(noise), rank), 0, true);
  }

  let noise: Float64Array<ArrayBuffer> = variances.slice();
  let found = bestFactor(covariance, noise, rank);
  for (let step = 1; step <= maxIterations; step++) {
    const { factor } = found;
    noise = variances.map((variance, i) => {
      let explained = 0;
      for (let k = 0; k < rank; k++) explained += factor[i * rank + k]! ** 2;
      return Math.max(variance - explained, smallestShare * variance);
    });
    const next = bestFactor(covariance, noise, rank);
    const gain = found.cost - next.cost;
    found = next;
    if (gain < tolerance) return made(found, step, true);
  }
  return made(found, maxIterations, false);
}

/** The W of highest likelihood for a D. */
function bestFactor(covariance: Float64Array, noise: Float64Array<ArrayBuffer>, rank: number): Factors {
  const size = noise.length;
  const scale = noise.map(Math.sqrt);
  const scaled = Float64Array.from(covariance, (x, at) => x / scale[Math.floor(at / size)]! / scale[at % size]!);
  const { values, vectors } = eigh(new NdArray(scaled, [size, size]));
  const factor = new Float64Array(size * rank);
  let cost = size * Math.log(2 * Math.PI);
  for (const s of scale) cost += 2 * Math.log(s);
  values.data.forEach((value, at) => {
    const k = size - 1 - at;
    const isFactor = k < rank && value > 1;
    cost += isFactor ? Math.log(value) + 1 : value;
    if (!isFactor) return;
    const length = Math.sqrt(value - 1);
    for (let i = 0; i < size; i++) factor[i * rank + k] = scale[i]! * vectors.data[i * size + at]! * length;
  });
  return { noise, factor, cost: cost / 2 };
}
