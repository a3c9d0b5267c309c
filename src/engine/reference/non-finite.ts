import { stridesOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import type { OpName, Tensor } from '../../graph/index.ts';
import type { NamedArrays } from '../engine.ts';
import { Plan } from './plan.ts';
import { isFloatData, valueOf } from './value.ts';
import type { Data, Value } from './value.ts';

/** Where NaN or infinity first appears in a computation. */
export interface NonFinite {
  readonly node: Tensor;
  readonly op: OpName;
  /** Where in the model the expression was built, as `withScope` recorded it. */
  readonly scope: string;
  readonly shape: Shape;
  readonly index: readonly number[];
  readonly value: number;
}

/**
 * Runs the graph and tells the first node, in the order of computation, whose value holds NaN or ±∞; undefined when
 * all are finite. Fed arrays come first. Infinite constants (masks) are passed over. Values declared float32 are
 * rounded to float32 on the way, so that an overflow that happened in float32 happens here too.
 */
export function firstNonFinite(
  outputs: readonly Tensor[] | Readonly<Record<string, Tensor>>,
  feeds: NamedArrays = {},
): NonFinite | undefined {
  const plan = new Plan(Array.isArray(outputs) ? outputs : Object.values(outputs));
  for (const [name, input] of plan.inputs) {
    const array = feeds[name];
    const problem = array && locate(input, valueOf(array));
    if (problem) return problem;
  }
  let first: NonFinite | undefined;
  plan.run(feeds, {}, (node, value) => {
    const rounded = node.dtype === 'float32' ? { ...value, data: Float64Array.from(value.data, Math.fround) } : value;
    first ??= locate(node, rounded);
    return rounded;
  });
  return first;
}

function locate(node: Tensor, { data, shape }: Value): NonFinite | undefined {
  const position = isFloatData(data) ? firstIndex(data) : -1;
  if (position < 0) return undefined;
  const index = stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis]!);
  return { node, op: node.op, scope: node.scope, shape, index, value: data[position]! };
}

function firstIndex(data: Data): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}
