import type { NumericTransform } from '../../io/index.ts';

/** Points of the map that a quantile transform keeps, at most. */
const mostKnots = 129;
/** The largest z. */
const mostDeviations = 1e6;

/** (x − mean) / stddev; a column without spread keeps the scale 1. */
export function fitStandard(values: readonly number[]): NumericTransform {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const mean = values.reduce((sum, value) => sum + value / scale, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value / scale - mean) ** 2, 0) / values.length;
  const stddev = Math.sqrt(variance) * scale;
  return { name: 'standard', mean: mean * scale, stddev: stddev > 0 && Number.isFinite(stddev) ? stddev : 1 };
}

/**
 * The monotone, piecewise linear map that brings the values to normal scores: the k-th of K quantiles to Φ⁻¹((k + ½)/K).
 * A value that is repeated takes a whole range of scores, and stands for the middle of it.
 */
export function fitQuantile(values: readonly number[]): NumericTransform {
  const sorted = Float64Array.from(values).sort();
  const count = Math.min(mostKnots, sorted.length);
  const knots = Array.from({ length: count }, (_, k) => {
    const position = count === 1 ? 0 : (k * (sorted.length - 1)) / (count - 1);
    const below = Math.floor(position);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return { x: low + (high - low) * (position - below), z: normalQuantile((k + 0.5) / count) };
  });
  // Of a run of equal quantiles its two ends.
  const kept = knots.filter(({ x }, k) => k === 0 || k === count - 1 || x !== knots[k - 1]!.x || x !== knots[k + 1]!.x);
  if (kept[0]!.x === kept.at(-1)!.x) return fitStandard(values);
  return { name: 'quantile', x: kept.map(({ x }) => x), z: kept.map(({ z }) => z) };
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

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** Φ⁻¹(p) for p in (0, 1), to about 10⁻¹⁶ relative: Wichura's PPND16 (Applied Statistics 37, 1988, AS 241). */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(central[0], r)) / polynomial(central[1], r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const [numerator, denominator] = r <= 5 ? middle : tail;
  const size = polynomial(numerator, r <= 5 ? r - 1.6 : r - 5) / polynomial(denominator, r <= 5 ? r - 1.6 : r - 5);
  return q < 0 ? -size : size;
}

type Ratio = readonly [numerator: readonly number[], denominator: readonly number[]];
const central: Ratio = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852545925,
  ],
];
const middle: Ratio = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
];
const tail: Ratio = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
];
