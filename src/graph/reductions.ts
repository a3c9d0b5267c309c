import { normalizeAxes } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { asTensor, dimension, literal, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { add, div, equal, exp, log, mul, stopGradient, sub, where } from './elementwise.ts';
import type { reduceOps } from './op-table.ts';
import { reshape } from './shaping.ts';
import type { GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** Options of `sum`, `mean`, `max` and the other reductions. */
export interface ReduceOptions {
  /** Keep the reduced axes with size 1. Default: false. */
  readonly keepDims?: boolean;
}

/** One axis or several; negative ones count from the last. */
export type Axes = number | readonly number[];

const reduction =
  (op: (typeof reduceOps)[number]) =>
  (x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor => {
    const tensor = asTensor(x);
    const normalized = normalizeAxes(op, axes, tensor.rank);
    if (normalized.length === 0) return tensor;
    return makeNode(op, [tensor], { axes: normalized, keepDims: options.keepDims ?? false });
  };

/** Sum over `axes` (default: all). */
export const sum = reduction('sum');
/** Largest element over `axes` (default: all); the gradient is shared equally among ties. */
export const max = reduction('max');
/** Smallest element over `axes` (default: all); the gradient is shared equally among ties. */
export const min = reduction('min');

/** The number of elements that `axes` of `shape` hold, as a scalar; symbolic sizes are read at run time. */
export function elementCount(shape: GraphShape, axes: readonly number[], dtype: FloatDType): Tensor {
  let known = 1;
  let count: Tensor | undefined;
  for (const axis of axes) {
    const size = shape[axis];
    if (typeof size === 'number') known *= size;
    else if (size !== undefined) count = count ? mul(count, dimension(size, dtype)) : dimension(size, dtype);
  }
  return count ? mul(count, known) : literal(known, dtype);
}

/** Arithmetic mean over `axes` (default: all). */
export function mean(x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const tensor = asTensor(x);
  const normalized = normalizeAxes('mean', axes, tensor.rank);
  const count = elementCount(tensor.shape, normalized, tensor.dtype as FloatDType);
  return div(sum(tensor, normalized, options), count);
}

/**
 * log Σ eˣ over `axes` (default: all), without overflow: the maximum is taken out first. A row of −∞ gives −∞ with
 * zero gradient, a row that holds +∞ gives +∞.
 */
export function logSumExp(x: TensorLike, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const tensor = asTensor(x);
  const normalized = normalizeAxes('logSumExp', axes, tensor.rank);
  if (normalized.length === 0) return tensor;
  const largest = stopGradient(max(tensor, normalized, { keepDims: true }));
  // Subtracting an infinite maximum would give ∞ − ∞; 0 stands in for it.
  const isFinite = equal(sub(largest, largest), 0);
  const shift = where(isFinite, largest, 0);
  const total = sum(exp(sub(tensor, shift)), normalized, { keepDims: true });
  const result = where(isFinite, add(log(where(isFinite, total, 1)), shift), largest);
  if (options.keepDims) return result;
  return reshape(
    result,
    tensor.shape.filter((_, axis) => !normalized.includes(axis)),
  );
}
