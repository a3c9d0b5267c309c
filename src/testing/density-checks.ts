import { NdArray, formatShape, sameShape, sizeOf } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import {
  add,
  asTensor,
  constant,
  exp,
  greater,
  mean,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key as makeKey } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { Domain } from './domains.ts';
import { expectAllClose } from './matchers.ts';

export interface TestDistributionOptions {
  readonly key?: Key;
  /** Draws for the moments; default 20 000. */
  readonly draws?: number;
  /** Width of the moments' tolerance in standard errors; default 4.5: one false alarm in 150 000 entries. */
  readonly standardErrors?: number;
  /**
   * Where the density adds up to 1. Default: for real numbers and pairs of them whose mean and standard deviation are known, a
   * grid around the mean; else there is none, and no density is checked.
   */
  readonly domain?: Domain;
  /** Relative to 1: how exact integrals over the domain are. Default: 1e-10. */
  readonly tolerance?: number;
  /** Points outside the support, [count, ...event]. */
  readonly outside?: ArrayLikeInput;
}

/**
 * What every distribution must keep, on the reference engine and for concrete batch shapes:
 *
 * - shapes of moments, draws and densities;
 * - draws that lie in the support, whose moments and mean surprise are those stated, or else those of the density, within
 *   `standardErrors`; and, of numbers with a domain, whose empirical distribution function is nowhere further than
 *   2.6 / √draws from the integrated density (Kolmogorov and Smirnov; by Massart's bound one false alarm in 400 000);
 * - a density with integral 1, with the moments and the entropy that are stated, highest at the mode, 0 outside the support.
 *
 * @throws Error naming what fails
 */
export function testDistribution(distribution: Distribution, options: TestDistributionOptions = {}): void {
  testShapes(distribution);
  const grid = gridOf(distribution, options.domain);
  const integrals = grid && integralsOf(distribution, grid);
  if (integrals) testDensity(distribution, integrals, options);
  testDraws(distribution, integrals, options);
  if (options.domain?.cuts.length) testDistributionFunction(distribution, options.domain, options);
  if (options.outside !== undefined) testOutside(distribution, options.outside);
}

const fail = ({ name }: Distribution, what: string): never => {
  throw new Error(`testDistribution: ${name}: ${what}`);
};

function numbers(shape: readonly (number | string)[]): number[] {
  return shape.map((size) => {
    if (typeof size === 'string') throw new Error(`testDistribution: the size '${size}' must be a number.`);
    return size;
  });
}

function testShapes(distribution: Distribution): void {
  const expectShape = (what: string, x: Tensor, shape: readonly number[]): void => {
    const actual = evaluate(x).shape;
    const same = sameShape(actual, shape) && sameShape(x.shape, shape);
    if (!same) fail(distribution, `${what} has shape ${formatShape(actual)}, expected ${formatShape(shape)}.`);
    if (x.dtype !== distribution.dtype) fail(distribution, `${what} is ${x.dtype}, expected ${distribution.dtype}.`);
  };
  const batch = numbers(distribution.batchShape);
  const whole = [...batch, ...distribution.eventShape];
  for (const name of ['mean', 'mode', 'variance', 'stddev'] as const) {
    const value = distribution[name];
    if (value) expectShape(name, value, whole);
  }
  if (distribution.entropy) expectShape('entropy', distribution.entropy(), batch);
  for (const lead of [[], [3], [2, 0, 3]]) {
    const { value, logProb } = distribution.sampleAndLogProb(makeKey(1), lead);
    expectShape('a sample', distribution.sample(makeKey(1), lead), [...lead, ...whole]);
    expectShape('a sample', value, [...lead, ...whole]);
    expectShape("a sample's logProb", logProb, [...lead, ...batch]);
    expectShape('logProb', distribution.logProb(value), [...lead, ...batch]);
  }
  const { stddev, variance } = distribution;
  if (stddev && variance) expectAllClose(evaluate(square(stddev)), evaluate(variance), { rtol: 1e-13 }, 'stddev²');
}

/** Points with weights, which broadcast against the batch. */
interface Grid {
  /** [count, ...batch or 1s, ...event] */
  readonly points: Tensor;
  /** [count, ...batch or 1s] */
  readonly weights: Tensor;
}

function gridOf(distribution: Distribution, domain: Domain | undefined): Grid | undefined {
  const ones = distribution.batchShape.map(() => 1);
  if (domain) {
    const [count = 0] = domain.points.shape;
    return {
      points: reshape(constant(domain.points), [count, ...ones, ...distribution.eventShape]),
      weights: reshape(constant(domain.weights), [count, ...ones]),
    };
  }
  const { mean: center, stddev, support, eventShape } = distribution;
  return center && stddev && !support.isDiscrete && sizeOf(eventShape) <= 2
    ? gridAround(distribution, { center, stddev })
    : undefined;
}

/**
 * The trapezoidal rule on mean + u · stddev, u from −12 to 12 in steps of 1/8: for Gaussians its error falls like
 * e^(−2π² s²/h²), s the least standard deviation of u given the other coordinate, here at least 0.4.
 */
function gridAround(
  { batchShape, eventShape }: Distribution,
  { center, stddev }: { readonly center: Tensor; readonly stddev: Tensor },
): Grid {
  const dimensions = sizeOf(eventShape);
  const step = 1 / 8;
  const line = Array.from({ length: 24 / step + 1 }, (_, k) => k * step - 12);
  const grid = dimensions === 1 ? line.map((u) => [u]) : line.flatMap((u) => line.map((v) => [u, v]));
  const u = reshape(constant(NdArray.from(grid)), [grid.length, ...batchShape.map(() => 1), ...eventShape]);
  let cell: Tensor = asTensor(step ** dimensions);
  const sides = eventShape.length > 0 ? split(stddev, dimensions) : [stddev];
  for (const side of sides) cell = mul(cell, side);
  const column = constant(grid.map(() => 1));
  return {
    points: add(center, mul(u, stddev)),
    weights: mul(reshape(column, [grid.length, ...batchShape.map(() => 1)]), cell),
  };
}

interface Integrals {
  readonly total: NdArray;
  readonly mean: NdArray;
  readonly variance: NdArray;
  readonly entropy: NdArray;
  /** Variance of the surprise −log p(x). */
  readonly surpriseVariance: NdArray;
  /** Of every point, [count, ...batch]. */
  readonly logProb: NdArray;
}

function integralsOf(distribution: Distribution, { points, weights }: Grid): Integrals {
  const logProb = distribution.logProb(points);
  const shares = mul(exp(logProb), weights); // [count, ...batch]
  const spread = reshape(shares, [...shares.shape, ...distribution.eventShape.map(() => 1)]);
  const center = sum(mul(spread, points), 0);
  const surprise = where(greater(exp(logProb), 0), neg(logProb), 0);
  const entropy = sum(mul(shares, surprise), 0);
  return evaluateAll({
    total: sum(shares, 0),
    mean: center,
    variance: sum(mul(spread, square(sub(points, center))), 0),
    entropy,
    surpriseVariance: sum(mul(shares, square(sub(surprise, entropy))), 0),
    logProb,
  });
}

function testDensity(
  distribution: Distribution,
  found: Integrals,
  { tolerance = 1e-10 }: TestDistributionOptions,
): void {
  const close = (what: string, actual: NdArray, stated: Tensor | undefined): void => {
    if (!stated) return;
    const allowed = { rtol: tolerance, atol: tolerance };
    expectAllClose(actual, evaluate(stated), allowed, `${distribution.name}: the ${what} of the density`);
  };
  const ones = constant(new NdArray(new Float64Array(found.total.size).fill(1), found.total.shape));
  close('integral', found.total, ones);
  close('mean', found.mean, distribution.mean);
  close('variance', found.variance, distribution.variance);
  close('entropy', found.entropy, distribution.entropy?.());
  if (!distribution.mode) return;
  const highest = evaluate(distribution.logProb(distribution.mode));
  found.logProb.data.forEach((value, at) => {
    const peak = highest.data[at % highest.size] ?? NaN;
    if (value > peak + 1e-12) fail(distribution, `a log density of ${value} lies above the mode's ${peak}.`);
  });
}

function testDraws(
  distribution: Distribution,
  integrals: Integrals | undefined,
  options: TestDistributionOptions,
): void {
  const { key = makeKey(2024), draws = 20_000, standardErrors = 4.5 } = options;
  const few = distribution.sampleAndLogProb(key, [50]);
  const { value, again, logProb } = evaluateAll({
    value: few.value,
    again: distribution.sample(key, [50]),
    logProb: few.logProb,
  });
  expectAllClose(value, again, {}, `${distribution.name}: sample and sampleAndLogProb`);
  const tolerance = { rtol: 1e-9, atol: 1e-9 };
  expectAllClose(evaluate(distribution.logProb(constant(value))), logProb, tolerance, 'logProb of a draw');

  const z = constant(evaluate(distribution.sample(key, [draws])));
  if (evaluate(distribution.support.contains(z)).data.some((inside) => inside === 0)) {
    fail(distribution, 'a draw is outside the support.');
  }
  const within = (what: string, actual: NdArray, wanted: NdArray, variance: NdArray): void => {
    actual.data.forEach((x, k) => {
      const allowed = standardErrors * Math.sqrt((variance.data[k] ?? NaN) / draws) + 1e-9;
      if (Math.abs(x - (wanted.data[k] ?? NaN)) <= allowed) return;
      fail(distribution, `${what}, entry ${k}: ${draws} draws give ${x}, expected ${wanted.data[k]} ± ${allowed}.`);
    });
  };
  const center = distribution.mean ?? (integrals && constant(integrals.mean));
  const variance = distribution.variance ?? (integrals && constant(integrals.variance));
  if (center && variance) {
    const squares = square(sub(z, center));
    const measured = evaluateAll({
      mean: mean(z, 0),
      variance: mean(squares, 0),
      // Of the squared deviations, so that heavy tails widen their own tolerance.
      spread: mean(square(sub(squares, variance)), 0),
      wantedMean: center,
      wantedVariance: variance,
    });
    within('mean', measured.mean, measured.wantedMean, measured.wantedVariance);
    within('variance', measured.variance, measured.wantedVariance, measured.spread);
  }
  // −E[log q] is the entropy.
  const entropy = distribution.entropy?.() ?? (integrals && constant(integrals.entropy));
  if (entropy) {
    const surprise = neg(distribution.logProb(z));
    const spread = mean(square(sub(surprise, entropy)), 0);
    const measured = evaluateAll({ surprise: mean(surprise, 0), spread, entropy });
    within('entropy', measured.surprise, measured.entropy, measured.spread);
  }
}

/** Kolmogorov and Smirnov's distance of draws from the density's integral, at the domain's cuts. */
function testDistributionFunction(
  distribution: Distribution,
  { points, weights, cuts }: Domain,
  { key = makeKey(2024), draws = 20_000 }: TestDistributionOptions,
): void {
  const batch = sizeOf(numbers(distribution.batchShape));
  const column = reshape(constant(points), [points.size, ...distribution.batchShape.map(() => 1)]);
  const densities = evaluate(exp(distribution.logProb(column))).data; // [count, ...batch]
  const values = evaluate(distribution.sample(key, [draws])).data;
  const allowed = 2.6 / Math.sqrt(draws);
  for (let member = 0; member < batch; member++) {
    const sorted = Float64Array.from({ length: draws }, (_, k) => values[k * batch + member] ?? NaN).sort();
    let [at, total, below] = [0, 0, 0];
    for (const { x, count } of cuts) {
      for (; at < count; at++) total += (weights[at] ?? NaN) * (densities[at * batch + member] ?? NaN);
      while (below < draws && (sorted[below] ?? NaN) <= x) below++;
      if (Math.abs(below / draws - total) <= allowed) continue;
      fail(
        distribution,
        `member ${member}: a share of ${below / draws} of ${draws} draws is at most ${x}, expected ${total} ± ${allowed}.`,
      );
    }
  }
}

function testOutside(distribution: Distribution, outside: ArrayLikeInput): void {
  const given = NdArray.from(outside, 'float64');
  const [count = 0] = given.shape;
  const ones = distribution.batchShape.map(() => 1);
  const x = reshape(constant(given, distribution.dtype), [count, ...ones, ...distribution.eventShape]);
  const { logProb, contains } = evaluateAll({
    logProb: distribution.logProb(x),
    contains: distribution.support.contains(x),
  });
  if (logProb.data.some((value) => value !== -Infinity)) {
    fail(distribution, `log densities outside the support are ${[...logProb.data].join(', ')}, expected −∞.`);
  }
  if (contains.data.some((inside) => inside !== 0)) fail(distribution, 'the support contains a point that is outside.');
}

/** The entries of the last axis, each [...]. */
function split(x: Tensor, n: number): Tensor[] {
  return Array.from({ length: n }, (_, k) => {
    const mask = NdArray.from(Array.from({ length: n }, (_unused, j) => (j === k ? 1 : 0)));
    return sum(mul(x, mask), -1);
  });
}
