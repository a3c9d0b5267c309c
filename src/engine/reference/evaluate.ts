import { NdArray, typedArrayFrom } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { NamedArrays } from '../engine.ts';
import { Plan } from './plan.ts';
import type { Value } from './value.ts';

const plans = new WeakMap<Tensor, Plan>();

/**
 * Computes a tensor now, in float64 throughout; only the result is rounded to its dtype.
 *
 * @param feeds an array for each input of the graph, by name
 * @throws ValueError, ShapeError or DTypeError when what is fed does not fit, naming the input
 */
export function evaluate(tensor: Tensor, feeds: NamedArrays = {}): NdArray {
  let plan = plans.get(tensor);
  if (!plan) plans.set(tensor, (plan = new Plan([tensor])));
  return toNdArray(plan.run(feeds)[0]!, tensor.dtype);
}

/** Computes several tensors at once, sharing what they have in common: a list gives a list, a record a record. */
export function evaluateAll<const T extends readonly Tensor[] | Readonly<Record<string, Tensor>>>(
  tensors: T,
  feeds: NamedArrays = {},
): { -readonly [Name in keyof T]: NdArray } {
  const list: readonly Tensor[] = Array.isArray(tensors) ? tensors : Object.values(tensors);
  const values = new Plan(list).run(feeds).map((value, k) => toNdArray(value, list[k]!.dtype));
  const result: unknown = Array.isArray(tensors)
    ? values
    : Object.fromEntries(Object.keys(tensors).map((name, k) => [name, values[k]!]));
  return result as { -readonly [Name in keyof T]: NdArray };
}

/** An array of the caller's own with the value in the declared dtype. */
export function toNdArray(value: Value, dtype: DType): NdArray {
  return new NdArray(typedArrayFrom(dtype, value.data), value.shape, dtype);
}
