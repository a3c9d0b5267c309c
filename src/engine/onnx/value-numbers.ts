import { formatShape } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { isOp, topologicalOrder } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';

/** A graph in which equal expressions have been found: one representative stands for each of them. */
export interface NumberedGraph {
  /** The representatives that the outputs need, inputs before users. */
  readonly order: readonly Tensor[];
  readonly representative: (tensor: Tensor) => Tensor;
  /** The representatives of a node's inputs. */
  readonly inputsOf: (tensor: Tensor) => readonly Tensor[];
}

/**
 * Common subexpressions by value numbering: two nodes are one when op, attributes and the representatives of their
 * inputs agree. Nothing is rebuilt. Gradients repeat much of the forward pass, so this matters.
 */
export function numberValues(outputs: Iterable<Tensor>): NumberedGraph {
  const byKey = new Map<string, Tensor>();
  const representatives = new Map<Tensor, Tensor>();
  const order: Tensor[] = [];
  const arrayNumbers = new Map<object, number>();
  const representative = (tensor: Tensor): Tensor => {
    const found = representatives.get(tensor);
    if (!found) throw new Error(`numberValues: ${tensor.op} ${tensor.id} is not part of this graph.`);
    return found;
  };
  const arrayKey = ({ data, shape, dtype }: NdArray): string => {
    const contents = data.length <= 8 ? [...data].map((x) => (Object.is(x, -0) ? '-0' : String(x))).join() : undefined;
    if (contents === undefined && !arrayNumbers.has(data)) arrayNumbers.set(data, arrayNumbers.size);
    return `${dtype}${formatShape(shape)}${contents ?? `#${String(arrayNumbers.get(data))}`}`;
  };
  const keyOf = (node: Tensor): string => {
    if (isOp(node, 'constant')) return `constant ${arrayKey(node.attributes.value)}`;
    const inputs = node.inputs.map((input) => representative(input).id);
    return `${node.op}(${inputs.join()})${JSON.stringify(node.attributes, exactNumbers)}`;
  };
  for (const node of topologicalOrder(outputs)) {
    const key = keyOf(node);
    const first = byKey.get(key);
    if (!first) {
      byKey.set(key, node);
      order.push(node);
    }
    representatives.set(node, first ?? node);
  }
  return { order, representative, inputsOf: (tensor) => tensor.inputs.map(representative) };
}

/** JSON has no −0, NaN or infinities: `pad`'s value may be one. */
function exactNumbers(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}
