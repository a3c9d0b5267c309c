import { RootsigmaError, formatShape, sameShape } from '../core/index.ts';
import { inferNode } from './build.ts';
import type { Tensor } from './tensor.ts';
import { isOp } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';

/**
 * Checks a whole graph against its language, as tests do after every pass: each node's shape and dtype are what its
 * rule gives, inputs come before users, and one input name means one shape and dtype.
 *
 * @throws RootsigmaError that names the node
 */
export function verifyGraph(outputs: Iterable<Tensor>): void {
  const inputs = new Map<string, Tensor>();
  for (const node of topologicalOrder(outputs)) {
    const { shape, dtype } = inferNode(node.op, node.inputs, node.attributes);
    if (!sameShape(shape, node.shape) || dtype !== node.dtype) {
      throw new RootsigmaError(
        `verifyGraph: ${describe(node)} should be ${dtype} ${formatShape(shape)} by the rule of '${node.op}'.`,
      );
    }
    for (const operand of node.inputs) {
      if (operand.id >= node.id) throw new RootsigmaError(`verifyGraph: ${describe(node)} uses a later node.`);
    }
    if (isOp(node, 'input')) {
      const other = inputs.get(node.attributes.name);
      if (other && (!sameShape(other.shape, node.shape) || other.dtype !== node.dtype)) {
        throw new RootsigmaError(
          `verifyGraph: the input '${node.attributes.name}' is both ${describe(other)} and ${describe(node)}.`,
        );
      }
      inputs.set(node.attributes.name, node);
    }
  }
}

/** `matmul#12 float32 [batch, 20] in decoder.0` */
export function describe(node: Tensor): string {
  const place = node.scope === '' ? '' : ` in ${node.scope}`;
  return `${node.op}#${node.id} ${node.dtype} ${formatShape(node.shape)}${place}`;
}
