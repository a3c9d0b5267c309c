import type { Shape } from '../../core/index.ts';
import { isOp, topologicalOrder } from '../../graph/index.ts';
import type { LeafOpName, OpName, Tensor } from '../../graph/index.ts';
import type { NamedArrays } from '../engine.ts';
import { bindInputs, concreteShape, graphInputs } from '../feeds.ts';
import type { GraphInputs, Sizes } from '../feeds.ts';
import { kernels } from './kernels.ts';
import { valueOf } from './value.ts';
import type { Kernel, Value } from './value.ts';

/** Sees each computed value and may put another in its place. */
export type Inspect = (node: Tensor, value: Value) => Value;

interface Step {
  readonly node: Tensor;
  readonly kernel: Kernel<OpName>;
  /** Where the operands stand in the list of values. */
  readonly operands: readonly number[];
  /** Where the result goes. */
  readonly slot: number;
  /** The result's shape, when no part of it is symbolic. */
  readonly shape: Shape | undefined;
}

/** A graph in the order of its computation. Holds no state between runs but its constants. */
export class Plan {
  readonly inputs: GraphInputs;
  readonly #fixed: (Value | undefined)[];
  readonly #fed: readonly { readonly name: string; readonly slot: number }[];
  readonly #steps: readonly Step[];
  readonly #outputs: readonly number[];

  constructor(outputs: readonly Tensor[]) {
    const order = topologicalOrder(outputs);
    this.inputs = graphInputs(order);
    const slots = new Map(order.map((node, slot) => [node, slot]));
    const slotOf = (node: Tensor): number => slots.get(node)!;
    const fed: { name: string; slot: number }[] = [];
    const steps: Step[] = [];
    this.#fixed = order.map((node) => (isOp(node, 'constant') ? valueOf(node.attributes.value) : undefined));
    order.forEach((node, slot) => {
      if (isOp(node, 'input')) fed.push({ name: node.attributes.name, slot });
      else if (!isOp(node, 'constant')) {
        const shape = node.shape.every((size) => typeof size === 'number') ? node.shape : undefined;
        steps.push({ node, kernel: kernelOf(node), operands: node.inputs.map(slotOf), slot, shape });
      }
    });
    this.#fed = fed;
    this.#steps = steps;
    this.#outputs = outputs.map(slotOf);
  }

  /** The outputs' values. Their data may be the very arrays that were fed: copy before handing it on. */
  run(feeds: NamedArrays, bound: NamedArrays = {}, inspect?: Inspect): Value[] {
    const sizes = bindInputs(this.inputs, feeds, bound);
    const values = this.#fixed.slice() as Value[];
    for (const { name, slot } of this.#fed) values[slot] = valueOf((feeds[name] ?? bound[name])!);
    for (const { node, kernel, operands, slot, shape: fixedShape } of this.#steps) {
      const shape = fixedShape ?? concreteShape(node.shape, sizes);
      const arguments_ = new Array<Value>(operands.length);
      for (let k = 0; k < operands.length; k++) arguments_[k] = values[operands[k]!]!;
      const value: Value = { data: kernel(arguments_, node, shape, sizes), shape };
      values[slot] = inspect ? inspect(node, value) : value;
    }
    return this.#outputs.map((slot) => values[slot]!);
  }
}

const dimension = (_: readonly Value[], node: Tensor<'dimension'>, __: Shape, sizes: Sizes) =>
  new Float64Array([sizes.get(node.attributes.name)!]);

function kernelOf(node: Tensor): Kernel<OpName> {
  const kernel = isOp(node, 'dimension') ? dimension : kernels[node.op as Exclude<OpName, LeafOpName>];
  return kernel as Kernel<OpName>;
}
