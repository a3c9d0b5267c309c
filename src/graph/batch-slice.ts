import { makeNode } from './build.ts';
import { arithmeticOps, comparisonOps, floatBinaryOps, logicalOps } from './op-table.ts';
import type { OpAttributes, OpName } from './op-table.ts';
import type { BatchAxis } from './batch-axis.ts';
import { slice } from './shaping.ts';
import { isOp, withScope } from './tensor.ts';
import type { Dimension, GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';

/** Half-open. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

/**
 * The same expressions on some of the examples: their values are those rows of the values on all, noise included, as each
 * example's is its place of the stream. What does not depend on examples stays as it is.
 *
 * @param outputs none of them may be `coupled`
 * @param axes of the outputs, by `batchAxes`
 */
export function sliceBatch(
  outputs: readonly Tensor[],
  axes: ReadonlyMap<Tensor, BatchAxis>,
  { from, to }: Rows,
): Tensor[] {
  const parts = new Map<Tensor, Tensor>();
  const batch = [...axes].find(([node, axis]) => isOp(node, 'input') && axis === 0)?.[0];
  const examples = Number(batch?.shape[0] ?? 1);
  /** Along an axis of so many numbers, which may be several for each example. */
  const partOf = (size: Dimension | undefined): Rows => {
    const width = Number(size) / examples;
    return { from: from * width, to: to * width };
  };
  const axisOf = (tensor: Tensor): number | undefined => {
    const axis = axes.get(tensor);
    return typeof axis === 'number' ? axis : undefined;
  };
  /** An operand beside others that have rows: what is fixed for each example is cut as they are. */
  const operandOf = (tensor: Tensor, node: Tensor, axis: number): Tensor => {
    const part = parts.get(tensor);
    if (part) return part;
    const place = isOp(node, 'concat') ? axis : tensor.rank - (node.rank - axis);
    const isMatrixAxis = isOp(node, 'matmul') && node.rank - axis <= 2;
    const lies = alongRows.has(node.op) && !isMatrixAxis && tensor.shape[place] === node.shape[axis];
    const own = partOf(node.shape[axis]);
    return lies ? slice(tensor, { [place]: [own.from, own.to] }) : tensor;
  };
  for (const node of topologicalOrder(outputs)) {
    const axis = axisOf(node);
    if (axis === undefined) continue;
    const inputs = node.inputs.map((tensor) => operandOf(tensor, node, axis));
    const part = withScope(node.scope, () =>
      makeNode(node.op, inputs, attributesOf(node, axis, partOf(node.shape[axis]))),
    );
    parts.set(node, part);
  }
  return outputs.map((output) => parts.get(output) ?? output);
}

/** Ops whose operands lie beside each other along the axis of examples; products do where they are a batch of them. */
const alongRows: ReadonlySet<OpName> = new Set<OpName>([
  ...[...arithmeticOps, ...floatBinaryOps, ...comparisonOps, ...logicalOps],
  ...(['where', 'concat', 'matmul', 'lyapunov', 'triangularSolve'] as const),
]);

function attributesOf(node: Tensor, axis: number, { from, to }: Rows): OpAttributes[OpName] {
  const cut = (shape: GraphShape): GraphShape => shape.map((size, k) => (k === axis ? to - from : size));
  if (isOp(node, 'randomNormal') || isOp(node, 'randomUniform')) {
    const width = node.shape.slice(1).reduce<number>((product, size) => product * Number(size), 1);
    return { ...node.attributes, shape: cut(node.shape), start: (node.attributes.start ?? 0) + from * width };
  }
  if (isOp(node, 'input') || isOp(node, 'reshape') || isOp(node, 'broadcastTo') || isOp(node, 'slice')) {
    return { ...node.attributes, shape: cut(node.shape) };
  }
  return node.attributes;
}
