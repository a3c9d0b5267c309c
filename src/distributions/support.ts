import type { OptionRules } from '../core/index.ts';
import { rule } from '../core/index.ts';
import type { Support } from '../gaussian/index.ts';
import {
  cast,
  constant,
  equal,
  expandDims,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  min,
  mul,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { Tensor, TensorLike } from '../graph/index.ts';
import { truncate } from './choice.ts';

/** Whether a distribution looks if values lie in its support. */
export interface SupportOptions {
  /**
   * Whether `logProb` looks if x lies in the support, and is −∞ where it does not (`validate_args` of torch, which throws). `false`: the
   * formula as it is, faster, for data that were looked at before. Default: true.
   */
  readonly checkSupport?: boolean;
}

export const supportOptionRules: OptionRules<SupportOptions> = { checkSupport: rule.flag };

const isWithin = (x: Tensor, low: number, high: number): Tensor => logicalAnd(greaterEqual(x, low), lessEqual(x, high));

/** Whether numbers ≥ 0 and below 2⁵⁰ are whole; larger ones are none. */
function isWhole(x: Tensor): Tensor {
  const inRange = logicalAnd(greaterEqual(x, 0), less(x, 2 ** 50));
  const number = where(inRange, x, 0.5);
  const high = mul(truncate(mul(number, 2 ** -20)), 2 ** 20);
  const low = sub(number, high);
  return equal(truncate(low), low);
}

export const unitInterval: Support = {
  description: 'numbers in [0, 1]',
  isDiscrete: false,
  contains: (x) => isWithin(x, 0, 1),
};

export const zeroOrOne: Support = {
  description: 'zeros and ones',
  isDiscrete: true,
  contains: (x) => logicalOr(equal(x, 0), equal(x, 1)),
};

export const counts: Support = { description: 'whole numbers from 0', isDiscrete: true, contains: isWhole };

/** 0 … count − 1 */
export function classNumbers(count: number): Support {
  return {
    description: `whole numbers from 0 to ${count - 1}`,
    isDiscrete: true,
    contains: (x) => logicalAnd(isWhole(x), less(x, count)),
  };
}

/** Vectors of one 1 and else 0. */
export function oneHotVectors(size: number): Support {
  return {
    description: `one-hot vectors of ${size} classes`,
    isDiscrete: true,
    contains: (x) => logicalAnd(every(zeroOrOne.contains(x), 1), equal(sum(x, -1), 1)),
  };
}

/** The support of events that are arrays of another's events: over the last `axes` axes of what `contains` gives. */
export function arraysOf(support: Support, axes: number): Support {
  if (axes === 0) return support;
  return {
    description: `arrays of ${support.description}`,
    isDiscrete: support.isDiscrete,
    contains: (x) => every(support.contains(x), axes),
  };
}

/** Whether all hold, over the last axes. */
export function every(conditions: Tensor, axes: number): Tensor {
  return equal(min(cast(conditions, 'float32'), lastAxes(axes)), 1);
}

/** −1, −2, … */
export function lastAxes(count: number): number[] {
  return Array.from({ length: count }, (_, k) => -1 - k);
}

/** x with axes of size 1 for the last `axes` of it, which `contains` has reduced. */
function beside(condition: Tensor, axes: number): Tensor {
  return axes === 0 ? condition : beside(expandDims(condition, -1), axes - 1);
}

/**
 * `logProb(x)` where x lies in the support, −∞ elsewhere; NaN stays NaN. The formula is fed `standIn`, some point of the
 * support, where x is outside, so that the branch not taken has no gradient that is NaN.
 */
export function onSupport(
  {
    support,
    eventRank,
    standIn,
  }: { readonly support: Support; readonly eventRank: number; readonly standIn: TensorLike },
  x: Tensor,
  logProb: (x: Tensor) => Tensor,
): Tensor {
  const inside = support.contains(x);
  const known = logProb(where(beside(inside, eventRank), x, standIn));
  const isNumber = equal(x, x);
  const hasNumbers = eventRank === 0 ? isNumber : every(isNumber, eventRank);
  return where(inside, known, where(hasNumbers, constant(-Infinity, x.dtype), NaN));
}
