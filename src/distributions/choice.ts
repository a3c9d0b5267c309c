import { NdArray } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import {
  add,
  cast,
  constant,
  equal,
  exp,
  expandDims,
  greater,
  matmul,
  max,
  mul,
  randomUniform,
  squeeze,
} from '../graph/index.ts';
import type { GraphKey, GraphShape, Tensor } from '../graph/index.ts';
import type { Key } from '../random/index.ts';

// One of K classes along the last axis, as one-hot vectors.

/** 1 at the most probable class, the first of equals; else 0. */
export function oneHotMode(logProbs: Tensor): Tensor {
  return firstTrue(equal(logProbs, max(logProbs, -1, { keepDims: true })), logProbs.dtype as FloatDType);
}

/**
 * A drawn class as a one-hot vector, by inversion: the first whose cumulative probability exceeds a uniform draw.
 *
 * @param logProbs normalised, [...batch, K]
 * @returns shape [...sampleShape, ...batch, K]
 */
export function drawOneHot(logProbs: Tensor, key: GraphKey | Key, sampleShape: GraphShape = []): Tensor {
  const dtype = logProbs.dtype as FloatDType;
  const classes = lastSize(logProbs);
  const u = randomUniform(key, [...sampleShape, ...logProbs.shape.slice(0, -1), 1], dtype);
  // Rounded, the last cumulative probability may lie below 1, and the draw above it.
  const last = constant(
    new NdArray(
      Float32Array.from({ length: classes }, (_, k) => +(k === classes - 1)),
      [classes],
    ),
  );
  return firstTrue(greater(add(cumulativeSum(exp(logProbs)), cast(last, dtype)), u), dtype);
}

/** 1 at the first true entry along the last axis; 0 elsewhere. */
export function firstTrue(condition: Tensor, dtype: FloatDType): Tensor {
  const flags = cast(condition, dtype);
  return mul(flags, cast(equal(cumulativeSum(flags), 1), dtype));
}

/** Sums of the entries up to and including each one, along the last axis. */
export function cumulativeSum(x: Tensor): Tensor {
  const n = lastSize(x);
  const upTo = Float64Array.from({ length: n * n }, (_, at) => +(Math.floor(at / n) <= at % n));
  const sums = matmul(x.rank > 1 ? x : expandDims(x, 0), constant(new NdArray(upTo, [n, n]), x.dtype));
  return x.rank > 1 ? sums : squeeze(sums, 0);
}

/** The whole part of numbers ≥ 0 below 2³¹. */
export function truncate(x: Tensor): Tensor {
  return cast(cast(x, 'int32'), x.dtype);
}

function lastSize(x: Tensor): number {
  return x.shape.at(-1) as number;
}
