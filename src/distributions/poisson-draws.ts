import type { FloatDType } from '../core/index.ts';
import {
  abs,
  add,
  asGraphKey,
  cast,
  constant,
  div,
  exp,
  expandDims,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  randomUniform,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor } from '../graph/index.ts';
import type { Key } from '../random/index.ts';
import { cumulativeSum, firstTrue, truncate } from './choice.ts';
import { poissonLogProb } from './poisson-density.ts';

/** Rates below it are drawn by inversion, from it on by rejection. */
const split = 10;

/** Counts with the given logarithms of their rates [...batch], rates up to some 2²⁴: [...sampleShape, ...batch]. */
export function drawPoisson(logRate: Tensor, key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
  const [small, large] = asGraphKey(key).split() as [GraphKey, GraphKey];
  const shape = [...sampleShape, ...logRate.shape];
  return where(
    less(logRate, Math.log(split)),
    byInversion(minimum(logRate, Math.log(split)), small, shape),
    byRejection(maximum(logRate, Math.log(split)), large, shape),
  );
}

/** A rate of 10 exceeds this count once in 10¹². */
const largestSmallCount = 40;

/** How many counts have a cumulative probability of at most a uniform draw. */
function byInversion(logRate: Tensor, key: GraphKey, shape: GraphShape): Tensor {
  const dtype = logRate.dtype as FloatDType;
  const counts = constant(
    Array.from({ length: largestSmallCount }, (_, k) => k),
    dtype,
  );
  const cumulative = cumulativeSum(exp(poissonLogProb(counts, expandDims(logRate, -1)))); // [..., n, counts]
  const u = randomUniform(key, [...shape, 1], dtype);
  return sum(cast(lessEqual(cumulative, u), dtype), -1);
}

/** Attempts per draw; each is refused with a probability below 0.25, so all of them once in 10⁹ draws. */
const attempts = 16;

/**
 * Transformed rejection (Hörmann 1993, algorithm PTRS, without its squeezes, which only save logarithms): of a fixed
 * number of attempts the first that is accepted; the rounded rate, should there be none.
 */
function byRejection(logRate: Tensor, key: GraphKey, shape: GraphShape): Tensor {
  const dtype = logRate.dtype as FloatDType;
  const rates = expandDims(logRate, -1); // [..., n, 1]
  const rate = exp(rates);
  const b = add(mul(sqrt(rate), 2.53), 0.931);
  const a = sub(mul(b, 0.02483), 0.059);
  const inverseAlpha = add(div(1.1328, sub(b, 3.4)), 1.1239);

  const tried = [...shape, attempts];
  const [first, second] = key.split() as [GraphKey, GraphKey];
  const u = sub(randomUniform(first, tried, dtype), 0.5);
  const v = randomUniform(second, tried, dtype);
  const us = sub(0.5, abs(u));
  const proposal = add(add(mul(add(div(mul(a, 2), us), b), u), rate), 0.43);
  const isCount = logicalAnd(greaterEqual(proposal, 0), less(proposal, 2 ** 30));
  const count = truncate(where(isCount, proposal, 0));
  const bound = sub(log(mul(v, inverseAlpha)), log(add(div(a, square(us)), b)));
  const accepted = logicalAnd(isCount, lessEqual(bound, poissonLogProb(count, rates)));

  const chosen = firstTrue(accepted, dtype);
  const isNone = sub(1, sum(chosen, -1));
  return add(sum(where(greater(chosen, 0), count, 0), -1), mul(isNone, truncate(add(exp(logRate), 0.5))));
}
