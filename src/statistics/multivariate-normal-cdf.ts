import { NdArray, ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { normalQuantile } from '../core/normal-quantile.ts';
import { evaluateAll } from '../engine/reference/index.ts';
import type { Gaussian } from '../gaussian/index.ts';
import { foldIn, uniform } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { normalCdf } from './normal-numbers.ts';

/** Bounds and accuracy of `multivariateNormalCdf`. */
export interface CdfOptions {
  /** Chooses the random shifts: one key, one result. */
  readonly key: Key;
  /** Lower bounds [n], −∞ allowed (the default). */
  readonly lower?: ArrayLikeInput;
  /** It ends when `error` is at most this; default 1e-6. */
  readonly absoluteTolerance?: number;
  /** Or at most this share of the value; default 0. */
  readonly relativeTolerance?: number;
  /** The most points that the integrand is evaluated at; default 2^20. */
  readonly maximumPoints?: number;
}

/** An estimate of a probability by randomised quasi-Monte Carlo. */
export interface CdfEstimate {
  readonly value: number;
  /** Three standard errors, from the spread over the random shifts; 0 where the value is a closed form. */
  readonly error: number;
  /** Points that the last and finest estimate took. */
  readonly points: number;
  /** Whether a tolerance was met. */
  readonly converged: boolean;
}

/** Independent shifts of the lattice: what the error is judged by. */
const shifts = 12;
const firstPoints = 512;

/**
 * P(lower < z ≤ upper), every coordinate, for z ~ N(μ, Σ): Genz's method (J. Comput. Graph. Stat. 1, 1992). With Σ = L Lᵀ the
 * integral over the box becomes one over the unit cube of n − 1 dimensions, of a product of conditional probabilities; the
 * coordinate that is least likely goes first (Gibson, Glasbey and Elston 1994). It is summed over a Richtmyer lattice with random
 * shifts and the baker's transform, doubling the points until the error is small enough. Σ may be singular.
 *
 * @param distribution one distribution (no batch) of known parameters
 * @param upper [n], ∞ allowed
 * @throws ShapeError, ValueError
 */
export function multivariateNormalCdf(distribution: Gaussian, upper: ArrayLikeInput, options: CdfOptions): CdfEstimate {
  const operation = 'multivariateNormalCdf';
  const { size: n } = distribution;
  if (distribution.batchShape.length > 0) {
    throw new ShapeError(
      `${operation}: takes one distribution, got a batch of ${formatShape(distribution.batchShape)}.`,
    );
  }
  const { lower = new Array<number>(n).fill(-Infinity), absoluteTolerance = 1e-6, relativeTolerance = 0 } = options;
  const { maximumPoints = 2 ** 20 } = options;
  const [mu, sigma] = evaluateAll([distribution.mean, distribution.covariance]);
  const bound = (what: string, values: ArrayLikeInput): number[] => {
    const { data, shape } = NdArray.from(values, 'float64');
    if (shape.length !== 1 || data.length !== n) {
      throw new ShapeError(`${operation}: ${what} must be [${n}], got ${formatShape(shape)}.`);
    }
    const wrong = data.findIndex(Number.isNaN);
    if (wrong >= 0) throw new ValueError(`${operation}: ${what} holds NaN at [${wrong}].`);
    return Array.from(data, (x, i) => x - mu.data[i]!);
  };
  const box = { lower: bound('lower', lower), upper: bound('upper', upper) };
  if (box.lower.some((a, i) => a >= box.upper[i]!)) return { value: 0, error: 0, points: 0, converged: true };

  const problem = ordered(sigma.data, box);
  if (problem.free === 0) {
    return { value: meanProbability(problem, [], [], 1), error: 0, points: 1, converged: true };
  }
  const steps = primes(problem.free).map(Math.sqrt);
  for (let points = firstPoints; ; points *= 2) {
    const estimates = Array.from({ length: shifts }, (_, s) => {
      const offsets = uniform(foldIn(options.key, s), [problem.free], { dtype: 'float64' }).data;
      return meanProbability(problem, steps, offsets, points);
    });
    const value = estimates.reduce((sum, x) => sum + x, 0) / shifts;
    const variance = estimates.reduce((sum, x) => sum + (x - value) ** 2, 0) / (shifts - 1) / shifts;
    const error = 3 * Math.sqrt(variance);
    const converged = error <= Math.max(absoluteTolerance, relativeTolerance * value);
    if (converged || 2 * points * shifts > maximumPoints) return { value, error, points: points * shifts, converged };
  }
}

interface Box {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** A box and the Cholesky factor of its coordinates in the order of integration. */
interface Problem extends Box {
  /** Rows of L. A pivot of 0 says that the coordinate follows from those before it. */
  readonly factor: readonly (readonly number[])[];
  /** Dimensions of the cube: coordinates whose value others depend on. */
  readonly free: number;
}

/** Coordinates by their conditional probability, the least first, with the factor that belongs to this order. */
function ordered(sigma: ArrayLike<number>, { lower, upper }: Box): Problem {
  const n = lower.length;
  const at = (i: number, j: number): number => sigma[i * n + j]!;
  const left = Array.from({ length: n }, (_, i) => i);
  const chosen: { index: number; row: number[] }[] = [];
  const rows = left.map(() => [] as number[]);
  const expected: number[] = [];
  while (left.length > 0) {
    const candidates = left.map((i) => {
      const row = rows[i]!;
      const pivot2 = at(i, i) - row.reduce((sum, x) => sum + x * x, 0);
      // What rounding leaves of a coordinate that follows from the others.
      const pivot = pivot2 > 64 * n * Number.EPSILON * at(i, i) ? Math.sqrt(pivot2) : 0;
      const center = row.reduce((sum, x, k) => sum + x * expected[k]!, 0);
      return { i, pivot, a: (lower[i]! - center) / pivot, b: (upper[i]! - center) / pivot };
    });
    const regular = candidates.filter(({ pivot }) => pivot > 0);
    const chances = regular.map(({ a, b }) => intervalOf(a, b).probability);
    let best = 0;
    chances.forEach((chance, k) => {
      if (chance < chances[best]!) best = k;
    });
    const next = regular[best] ?? candidates[0]!;
    left.splice(left.indexOf(next.i), 1);
    const column = chosen.length;
    rows[next.i]!.push(next.pivot);
    for (const i of left) {
      const shared = rows[i]!.reduce((sum, x, k) => sum + x * rows[next.i]![k]!, 0);
      rows[i]![column] = next.pivot === 0 ? 0 : (at(i, next.i) - shared) / next.pivot;
    }
    chosen.push({ index: next.i, row: rows[next.i]! });
    expected.push(next.pivot === 0 ? 0 : truncatedMean(next.a, next.b, chances[best]!));
  }
  // Coordinates that follow from others come last. Without any, nothing depends on the last one's value.
  const pivots = chosen.filter(({ row }, k) => row[k]! > 0).length;
  return {
    lower: chosen.map(({ index }) => lower[index]!),
    upper: chosen.map(({ index }) => upper[index]!),
    factor: chosen.map(({ row }) => row),
    free: pivots === n ? n - 1 : pivots,
  };
}

/** E[ε | a < ε < b] = (φ(a) − φ(b)) / P(a < ε < b). */
function truncatedMean(a: number, b: number, probability: number): number {
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (probability > 1e-300) return (density(a) - density(b)) / probability;
  return Number.isFinite(a) && Math.abs(a) < Math.abs(b) ? a : b;
}

interface Interval {
  /** P(a < ε < b) */
  readonly probability: number;
  /** Φ at the lower end, mirrored where the interval lies above 0: tails keep their digits. */
  readonly low: number;
  readonly isMirrored: boolean;
}

function intervalOf(a: number, b: number): Interval {
  const isMirrored = a > -b;
  const low = normalCdf(isMirrored ? -b : a);
  return { probability: normalCdf(isMirrored ? -a : b) - low, low, isMirrored };
}

/** The ε below which a share w of the interval's probability lies. */
function pointOf({ probability, low, isMirrored }: Interval, w: number): number {
  const found = normalQuantile(low + (isMirrored ? 1 - w : w) * probability);
  return isMirrored ? -found : found;
}

/** The mean of the integrand over the points k = 1, …, of one shifted lattice. */
function meanProbability(
  { lower, upper, factor, free }: Problem,
  steps: readonly number[],
  offsets: ArrayLike<number>,
  points: number,
): number {
  const n = factor.length;
  const found = new Float64Array(n);
  let total = 0;
  for (let k = 1; k <= points; k++) {
    let product = 1;
    for (let i = 0; i < n && product > 0; i++) {
      const row = factor[i]!;
      const pivot = row[i]!;
      let center = 0;
      for (let j = 0; j < i; j++) center += row[j]! * found[j]!;
      if (pivot === 0) {
        if (!(lower[i]! <= center && center <= upper[i]!)) product = 0;
        found[i] = 0;
        continue;
      }
      const interval = intervalOf((lower[i]! - center) / pivot, (upper[i]! - center) / pivot);
      product *= interval.probability;
      if (i >= free) continue;
      const place = k * steps[i]! + offsets[i]!;
      // The baker's transform; 0 and 1 would be infinitely far out.
      const w = Math.abs(2 * (place - Math.floor(place)) - 1);
      found[i] = pointOf(interval, Math.min(Math.max(w, 2 ** -53), 1 - 2 ** -53));
    }
    total += product;
  }
  return total / points;
}

/** The first `count` primes. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
