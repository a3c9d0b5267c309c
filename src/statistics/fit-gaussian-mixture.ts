import { NdArray, ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { cholesky } from '../linalg/index.ts';
import type { Key } from '../random/index.ts';
import { key as seedKey } from '../random/index.ts';
import { momentsOf } from './moments.ts';
import { squaredDistance, startingCenters } from './starting-centers.ts';

export interface GaussianMixtureOptions {
  /** K; at most as many as there are points. */
  readonly components: number;
  /** For the starts of k-means++. Default: key(0). */
  readonly key?: Key;
  /** Mean log-likelihood of a point, in nats, by which a round must gain to be followed by another. Default: 1e-4. */
  readonly tolerance?: number;
  /** Default: 200. */
  readonly mostRounds?: number;
  /** Added to each covariance's diagonal, as a share of the points' mean variance: no component shrinks to a point. Default: 1e-6. */
  readonly regularization?: number;
}

/** Σₖ πₖ N(μₖ, Σₖ) */
export interface GaussianMixtureFit {
  /** π, [K] */
  readonly weights: NdArray<'float64'>;
  /** μ, [K, n] */
  readonly means: NdArray<'float64'>;
  /** L with L Lᵀ = Σ, lower triangular, [K, n, n] */
  readonly scaleTrils: NdArray<'float64'>;
  /** Mean log-likelihood of a point after each round, in nats; it never falls, but for the regularisation. */
  readonly logLikelihoods: readonly number[];
  /** Whether the last round gained less than the tolerance. */
  readonly hasConverged: boolean;
}

/**
 * A mixture of Gaussians with full covariances by expectation-maximisation (Dempster, Laird and Rubin 1977), from the starts of
 * k-means++: a local maximum of the likelihood.
 *
 * @param points [examples, n]
 * @throws ShapeError; ValueError for values that are not finite, for fewer points than components, and where all points are equal
 */
export function fitGaussianMixture(points: ArrayLikeInput, options: GaussianMixtureOptions): GaussianMixtureFit {
  const operation = 'fitGaussianMixture';
  const { components, key = seedKey(0), tolerance = 1e-4, mostRounds = 200, regularization = 1e-6 } = options;
  const array = NdArray.from(points, 'float64');
  const { count, size, covariance } = momentsOf(operation, array, { diagonal: true });
  if (!Number.isInteger(components) || components < 1 || components > count) {
    throw new ShapeError(
      `${operation}: ${formatShape(array.shape)} are points for 1 to ${count} components, not ${components}.`,
    );
  }
  const spread = covariance.reduce((sum, x) => sum + x, 0) / size;
  if (!(spread > 0)) throw new ValueError(`${operation}: the points do not vary: a mixture of them has no density.`);
  const state: State = { rows: array.data, count, size, components, floor: regularization * spread };
  let shares = startingShares(state, key);
  let mixture = mixtureOf(state, shares);
  const logLikelihoods: number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const found = sharesOf(state, mixture);
    const gain = found.logLikelihood - (logLikelihoods.at(-1) ?? -Infinity);
    logLikelihoods.push(found.logLikelihood);
    if (gain < tolerance) return { ...arraysOf(state, mixture), logLikelihoods, hasConverged: true };
    ({ shares } = found);
    mixture = mixtureOf(state, shares);
  }
  return { ...arraysOf(state, mixture), logLikelihoods, hasConverged: false };
}

interface State {
  /** [count, size] */
  readonly rows: Float64Array;
  readonly count: number;
  readonly size: number;
  readonly components: number;
  /** What is added to variances. */
  readonly floor: number;
}

interface Mixture {
  readonly weights: Float64Array<ArrayBuffer>;
  readonly means: Float64Array<ArrayBuffer>;
  readonly scaleTrils: Float64Array<ArrayBuffer>;
}

/** Each point to the nearest start, [count, components]. */
function startingShares({ rows, count, size, components }: State, key: Key): Float64Array {
  const centers = startingCenters(rows, size, { clusters: components, key });
  const shares = new Float64Array(count * components);
  for (let i = 0; i < count; i++) {
    let [nearest, least] = [0, Infinity];
    for (let k = 0; k < components; k++) {
      const distance = squaredDistance(rows, i * size, centers, k * size, size);
      if (distance < least) [nearest, least] = [k, distance];
    }
    shares[i * components + nearest] = 1;
  }
  return shares;
}

/** The M step: πₖ = Nₖ / N, μₖ and Σₖ the moments of the points, each counted by its share in k. */
function mixtureOf({ rows, count, size, components, floor }: State, shares: Float64Array): Mixture {
  const weights = new Float64Array(components);
  const means = new Float64Array(components * size);
  const scaleTrils = new Float64Array(components * size * size);
  const centered = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const share = shares[i * components + k]!;
      if (share === 0) continue;
      total += share;
      for (let j = 0; j < size; j++) means[k * size + j]! += share * rows[i * size + j]!;
    }
    weights[k] = total / count;
    // What no point belongs to stays at 0, weighs nothing and has a covariance all the same.
    const divisor = Math.max(total, Number.MIN_VALUE);
    for (let j = 0; j < size; j++) means[k * size + j]! /= total > 0 ? divisor : 1;
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < count; i++) {
      const share = shares[i * components + k]!;
      if (share === 0) continue;
      for (let j = 0; j < size; j++) centered[j] = rows[i * size + j]! - means[k * size + j]!;
      for (let j = 0; j < size; j++) {
        const scaled = (share / divisor) * centered[j]!;
        for (let m = 0; m <= j; m++) covariance[j * size + m]! += scaled * centered[m]!;
      }
    }
    for (let j = 0; j < size; j++) {
      covariance[j * size + j]! += floor;
      for (let m = 0; m < j; m++) covariance[m * size + j] = covariance[j * size + m]!;
    }
    scaleTrils.set(cholesky(new NdArray(covariance, [size, size])).data, k * size * size);
  }
  return { weights, means, scaleTrils };
}

/** The E step: each point's share in each component, and the mean log-likelihood. */
function sharesOf(
  { rows, count, size, components }: State,
  { weights, means, scaleTrils }: Mixture,
): { readonly shares: Float64Array; readonly logLikelihood: number } {
  const shares = new Float64Array(count * components);
  const whitened = new Float64Array(size);
  for (let k = 0; k < components; k++) {
    const at = k * size * size;
    let logWeight = Math.log(weights[k]!) - (size / 2) * Math.log(2 * Math.PI);
    for (let j = 0; j < size; j++) logWeight -= Math.log(scaleTrils[at + j * size + j]!);
    for (let i = 0; i < count; i++) {
      let squares = 0;
      // L w = x − μ, row by row.
      for (let j = 0; j < size; j++) {
        let rest = rows[i * size + j]! - means[k * size + j]!;
        for (let m = 0; m < j; m++) rest -= scaleTrils[at + j * size + m]! * whitened[m]!;
        const value = rest / scaleTrils[at + j * size + j]!;
        whitened[j] = value;
        squares += value * value;
      }
      shares[i * components + k] = logWeight - squares / 2;
    }
  }
  let total = 0;
  for (let i = 0; i < count; i++) {
    const own = shares.subarray(i * components, (i + 1) * components);
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = own.reduce((a, b) => a + Math.exp(b - most), 0);
    const logProb = most + Math.log(sum);
    for (let k = 0; k < components; k++) own[k] = Math.exp(own[k]! - logProb);
    total += logProb;
  }
  return { shares, logLikelihood: total / count };
}

function arraysOf(
  { components, size }: State,
  { weights, means, scaleTrils }: Mixture,
): Pick<GaussianMixtureFit, 'weights' | 'means' | 'scaleTrils'> {
  return {
    weights: new NdArray(weights, [components]),
    means: new NdArray(means, [components, size]),
    scaleTrils: new NdArray(scaleTrils, [components, size, size]),
  };
}
