import { NdArray, sizeOf } from '../core/index.ts';
import { evaluate, evaluateAll } from '../engine/reference/index.ts';
import type { Distribution } from '../gaussian/index.ts';
import { add, asTensor, constant, exp, expandDims, mean, mul, neg, reshape, square, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { key as makeKey } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { expectAllClose } from './matchers.ts';

export interface TestDistributionOptions {
  readonly key?: Key;
  /** Draws for the moments; default 20 000. */
  readonly draws?: number;
  /** Width of the moments' tolerance in standard errors; default 4.5: one false alarm in 150 000 entries. */
  readonly standardErrors?: number;
}

/**
 * What every continuous distribution over numbers or vectors must keep: shapes, draws that agree with their densities
 * and moments, and, for one or two dimensions, a density with the stated integral, mean, variance, mode and entropy.
 * Concrete batch shapes only; on the reference engine.
 *
 * @throws Error naming what fails
 */
export function testDistribution(distribution: Distribution, options: TestDistributionOptions = {}): void {
  testShapes(distribution);
  testDraws(distribution, options);
  if (sizeOf(distribution.eventShape) <= 2) testDensity(distribution);
}

function numbers(shape: readonly (number | string)[]): number[] {
  return shape.map((size) => {
    if (typeof size === 'string') throw new Error(`testDistribution: the size '${size}' must be a number.`);
    return size;
  });
}

function expectShape(what: string, x: Tensor, shape: readonly number[]): void {
  const actual = evaluate(x).shape;
  if (JSON.stringify(actual) !== JSON.stringify(shape)) {
    throw new Error(`testDistribution: ${what} has shape [${actual.join(', ')}], expected [${shape.join(', ')}].`);
  }
}

function testShapes(distribution: Distribution): void {
  const batch = numbers(distribution.batchShape);
  const whole = [...batch, ...distribution.eventShape];
  for (const name of ['mean', 'mode', 'variance', 'stddev'] as const) expectShape(name, distribution[name], whole);
  expectShape('entropy', distribution.entropy(), batch);
  for (const lead of [[], [3], [2, 0, 3]]) {
    const { value, logProb } = distribution.sampleAndLogProb(makeKey(1), lead);
    expectShape('a sample', distribution.sample(makeKey(1), lead), [...lead, ...whole]);
    expectShape('a sample', value, [...lead, ...whole]);
    expectShape("a sample's logProb", logProb, [...lead, ...batch]);
    expectShape('logProb', distribution.logProb(value), [...lead, ...batch]);
  }
  expectAllClose(evaluate(square(distribution.stddev)), evaluate(distribution.variance), { rtol: 1e-13 }, 'stddev²');
}

function testDraws(distribution: Distribution, options: TestDistributionOptions): void {
  const { key = makeKey(2024), draws = 20_000, standardErrors = 4.5 } = options;
  const few = distribution.sampleAndLogProb(key, [50]);
  const { value, again, logProb } = evaluateAll({
    value: few.value,
    again: distribution.sample(key, [50]),
    logProb: few.logProb,
  });
  expectAllClose(value, again, {}, 'sample and sampleAndLogProb');
  const tolerance = { rtol: 1e-9, atol: 1e-9 };
  expectAllClose(evaluate(distribution.logProb(constant(value))), logProb, tolerance, 'logProb of a draw');

  const z = constant(evaluate(distribution.sample(key, [draws])));
  const squares = square(sub(z, distribution.mean));
  const measured = evaluateAll({
    mean: mean(z, 0),
    variance: mean(squares, 0),
    // Of the squared deviations, so that heavy tails widen their own tolerance.
    spread: mean(square(sub(squares, distribution.variance)), 0),
    wantedMean: distribution.mean,
    wantedVariance: distribution.variance,
    // −E[log q] is the entropy.
    surprise: neg(mean(distribution.logProb(z), 0)),
    surpriseSpread: mean(square(add(distribution.logProb(z), distribution.entropy())), 0),
    entropy: distribution.entropy(),
  });
  const within = (what: string, actual: NdArray, wanted: NdArray, variance: NdArray): void => {
    actual.data.forEach((x, k) => {
      const allowed = standardErrors * Math.sqrt((variance.data[k] ?? NaN) / draws) + 1e-12;
      const difference = Math.abs(x - (wanted.data[k] ?? NaN));
      if (difference <= allowed) return;
      throw new Error(
        `testDistribution: ${what}, entry ${k}: ${draws} draws give ${x}, expected ${wanted.data[k]} ± ${allowed}.`,
      );
    });
  };
  within('mean', measured.mean, measured.wantedMean, measured.wantedVariance);
  within('variance', measured.variance, measured.wantedVariance, measured.spread);
  within('entropy', measured.surprise, measured.entropy, measured.surpriseSpread);
}

/**
 * The trapezoidal rule on mean + u · stddev, u from −12 to 12 in steps of 1/8: for densities this smooth its error falls
 * like e^(−2π² s²/h²), s the least standard deviation of u given the other coordinate, here at least 0.4.
 */
function testDensity(distribution: Distribution): void {
  const dimensions = sizeOf(distribution.eventShape);
  const step = 1 / 8;
  const line = Array.from({ length: 24 / step + 1 }, (_, k) => k * step - 12);
  const grid = dimensions === 1 ? line.map((u) => [u]) : line.flatMap((u) => line.map((v) => [u, v]));
  const ones = numbers(distribution.batchShape).map(() => 1);
  const u = reshape(constant(NdArray.from(grid)), [grid.length, ...ones, ...distribution.eventShape]);
  const x = add(distribution.mean, mul(u, distribution.stddev)); // [grid, ...batch, ...event]
  const logDensity = distribution.logProb(x);
  let cell: Tensor = asTensor(step ** dimensions);
  const isVector = distribution.eventShape.length > 0;
  const [first, second] = isVector ? split(distribution.stddev, dimensions) : [distribution.stddev];
  for (const side of [first, second]) if (side) cell = mul(cell, side);
  const weights = mul(exp(logDensity), cell); // [grid, ...batch]
  const spread = isVector ? expandDims(weights, -1) : weights;
  const found = evaluateAll({
    total: sum(weights, 0),
    mean: sum(mul(spread, x), 0),
    variance: sum(mul(spread, square(sub(x, distribution.mean))), 0),
    entropy: neg(sum(mul(weights, logDensity), 0)),
    wantedTotal: add(mul(distribution.entropy(), 0), 1),
    wantedMean: distribution.mean,
    wantedVariance: distribution.variance,
    wantedEntropy: distribution.entropy(),
  });
  const tolerance = { rtol: 1e-10, atol: 1e-10 };
  expectAllClose(found.total, found.wantedTotal, tolerance, 'the integral of the density');
  expectAllClose(found.mean, found.wantedMean, tolerance, 'the mean of the density');
  expectAllClose(found.variance, found.wantedVariance, tolerance, 'the variance of the density');
  expectAllClose(found.entropy, found.wantedEntropy, tolerance, 'the entropy of the density');

  const highest = evaluate(distribution.logProb(distribution.mode));
  const values = evaluate(logDensity).data;
  values.forEach((value, at) => {
    const peak = highest.data[at % highest.size] ?? NaN;
    if (value > peak + 1e-12) throw new Error(`testDistribution: a density of ${value} lies above the mode's ${peak}.`);
  });
}

/** The entries of the last axis, each [...]. */
function split(x: Tensor, n: number): Tensor[] {
  return Array.from({ length: n }, (_, k) => {
    const mask = NdArray.from(Array.from({ length: n }, (_unused, j) => (j === k ? 1 : 0)));
    return sum(mul(x, mask), -1);
  });
}
