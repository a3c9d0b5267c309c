import { normalQuantile } from '../../core/normal-quantile.ts';
import type { NumericTransform } from './table-state.ts';

/** Evenly spaced quantiles that a quantile transform keeps, at most; towards the ends there are some more. */
const mostKnots = 129;
/** The largest z. */
const mostDeviations = 1e6;

/** Numbers in any order; all finite. */
type Values = Float64Array | readonly number[];

/** The values in order: themselves, where they are. */
function ascending(values: Values): Float64Array {
  const numbers = values instanceof Float64Array ? values : Float64Array.from(values);
  for (let k = 1; k < numbers.length; k++) if (numbers[k]! < numbers[k - 1]!) return numbers.slice().sort();
  return numbers;
}

/** (x − mean) / stddev; a column without spread keeps the scale 1. */
export function fitStandard(values: Values): NumericTransform {
  let [scale, sum, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) scale = Math.max(scale, Math.abs(values[i]!));
  scale ||= 1;
  for (let i = 0; i < values.length; i++) sum += values[i]! / scale;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! / scale - mean) ** 2;
  const variance = squares / values.length;
  const stddev = Math.sqrt(variance) * scale;
  return { name: 'standard', mean: mean * scale, stddev: stddev > 0 && Number.isFinite(stddev) ? stddev : 1 };
}

/**
 * The monotone, piecewise linear map that brings the values to normal scores: the i-th of n in order to Φ⁻¹((i + ½)/n), at
 * some of them. A value that is repeated takes a whole range of scores, and stands for the middle of it.
 *
 * @param options.knots how many evenly spaced quantiles to keep; towards the ends, and where a value repeats, there are more
 */
export function fitQuantile(
  values: Values,
  { knots: most = mostKnots }: { readonly knots?: number } = {},
): NumericTransform {
  const sorted = ascending(values);
  const knots = knotPositions(sorted, most).map((position) => {
    const below = Math.floor(position);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return { x: low + (high - low) * (position - below), z: normalQuantile((position + 0.5) / sorted.length) };
  });
  // Of a run of equal quantiles its two ends.
  const kept = knots.filter(
    ({ x }, k) => k === 0 || k === knots.length - 1 || x !== knots[k - 1]!.x || x !== knots[k + 1]!.x,
  );
  if (kept[0]!.x === kept.at(-1)!.x) return fitStandard(values);
  return { name: 'quantile', x: kept.map(({ x }) => x), z: kept.map(({ z }) => z) };
}

/** Where in n sorted values the knots are: evenly spaced; at 1, 3, 7, … from either end, as tails are long; at the ends of runs. */
function knotPositions(sorted: Float64Array, most: number): number[] {
  const n = sorted.length;
  const count = Math.min(most, n);
  const gap = (n - 1) / Math.max(1, count - 1);
  const positions = new Set(Array.from({ length: count }, (_, k) => k * gap));
  for (let step = 1; step < gap; step = 2 * step + 1) positions.add(step).add(n - 1 - step);
  for (let first = 0, next = 1; first < n; first = next) {
    for (next = first + 1; next < n && sorted[next] === sorted[first];) next++;
    if (next - first > gap / 2) positions.add(first).add(next - 1);
  }
  return [...positions].sort((a, b) => a - b);
}

/** Of a normal variable, the middle half is 1.35 standard deviations wide; of a log-normal one with σ = 1.2, half of one. */
const leastMiddle = 0.5;

/**
 * The transform that suits the values: `standard`, but for long tails `quantile`. A tail is long where the middle half of the
 * distinct values is narrower than half a standard deviation: standardised, the bulk of the rows would be one and the same
 * number to a model. Shorter tails stay as they are, so that far values stay far and score as anomalies.
 */
export function fitTransform(values: Values): NumericTransform {
  const standard = fitStandard(values);
  if (standard.name !== 'standard') return standard;
  const sorted = ascending(values);
  const distinct = new Float64Array(sorted.length);
  let count = 0;
  for (let k = 0; k < sorted.length; k++) if (k === 0 || sorted[k] !== sorted[k - 1]) distinct[count++] = sorted[k]!;
  const quartile = (share: number): number => distinct[Math.round(share * (count - 1))]! / standard.stddev;
  return quartile(0.75) - quartile(0.25) < leastMiddle ? fitQuantile(values) : standard;
}

/**
 * x → z, cut at a million standard deviations: a likelihood squares z in float32, and a score that is infinite ranks
 * nothing.
 */
export function applyTransform(transform: NumericTransform, x: number): number {
  const z =
    transform.name === 'standard' ? (x - transform.mean) / transform.stddev : interpolate(transform.x, transform.z, x);
  return Math.max(-mostDeviations, Math.min(mostDeviations, z));
}

/** z → x */
export function undoTransform(transform: NumericTransform, z: number): number {
  if (transform.name === 'standard') return z * transform.stddev + transform.mean;
  return interpolate(transform.z, transform.x, z);
}

/** The piecewise linear function through (from, to) with `from` rising; at a step, the middle of it; straight on beyond. */
function interpolate(from: readonly number[], to: readonly number[], value: number): number {
  const first = lowerBound(from, value);
  if (from[first] === value) {
    let last = first;
    while (from[last + 1] === value) last++;
    return (to[first]! + to[last]!) / 2;
  }
  const last = from.length - 1;
  // Outside, the slope of the whole.
  if (first === 0 || first > last) {
    const end = first === 0 ? 0 : last;
    return to[end]! + ((value - from[end]!) * (to[last]! - to[0]!)) / (from[last]! - from[0]!);
  }
  const [a, b] = [from[first - 1]!, from[first]!];
  return to[first - 1]! + ((value - a) * (to[first]! - to[first - 1]!)) / (b - a);
}

/** The first index whose entry is at least `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
