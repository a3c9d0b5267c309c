import { ShapeError } from '../core/index.ts';
import { packArray, unpackArray } from '../core/messages/index.ts';
import type { PackedArray } from '../core/messages/index.ts';
import { makeNode } from './build.ts';
import type { OpAttributes, OpName } from './op-table.ts';
import { isOp, withScope } from './tensor.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';

/** A graph as plain data: what `structuredClone` and `postMessage` take. */
export interface PackedGraph {
  /** Inputs before users, which name them by their position. */
  readonly nodes: readonly PackedNode[];
  readonly outputs: Readonly<Record<string, number>>;
}

interface PackedNode {
  readonly op: OpName;
  readonly inputs: readonly number[];
  readonly attributes: OpAttributes[OpName] | { readonly value: PackedArray };
  readonly scope: string;
}

/** Expressions as plain data, which can be sent to another thread; `unpackGraph` reads them. */
export function packGraph(outputs: Readonly<Record<string, Tensor>>): PackedGraph {
  const order = topologicalOrder(Object.values(outputs));
  const positions = new Map(order.map((node, position) => [node, position]));
  const positionOf = (node: Tensor): number => positions.get(node) ?? -1;
  return {
    nodes: order.map((node) => ({
      op: node.op,
      inputs: node.inputs.map(positionOf),
      attributes: isOp(node, 'constant') ? { value: packArray(node.attributes.value) } : node.attributes,
      scope: node.scope,
    })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, positionOf(node)])),
  };
}

/**
 * The same expressions, made anew: equal but for their ids.
 * @throws ShapeError or DTypeError when the data are no graph
 */
export function unpackGraph({ nodes, outputs }: PackedGraph): Record<string, Tensor> {
  const made: Tensor[] = [];
  const at = (position: number): Tensor => {
    const node = made[position];
    if (!node) throw new ShapeError(`unpackGraph: there is no node ${position} before node ${made.length}.`);
    return node;
  };
  for (const { op, inputs, attributes, scope } of nodes) {
    made.push(withScope(scope, () => makeNode(op, inputs.map(at), unpackAttributes(op, attributes))));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, position]) => [name, at(position)]));
}

function unpackAttributes(op: OpName, attributes: PackedNode['attributes']): OpAttributes[OpName] {
  if (op !== 'constant') return attributes as OpAttributes[OpName];
  return { value: unpackArray((attributes as { readonly value: PackedArray }).value) };
}
