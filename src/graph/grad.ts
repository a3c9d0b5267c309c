import { DTypeError, ShapeError, formatShape, isFloat, sameShape } from '../core/index.ts';
import { literal } from './build.ts';
import { add } from './elementwise.ts';
import { vjpRules } from './gradients.ts';

import type { OpName } from './op-table.ts';
import { zerosLike } from './shaping.ts';
import type { Tensor } from './tensor.ts';
import { withScope } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';
import type { VjpRule } from './vjp-rule.ts';

/**
 * ∂output/∂x for each x of `wrt`, as expressions of x's shape (reverse mode). Differentiate the result again for
 * second derivatives. An x that the output does not depend on gets zeros.
 *
 * @throws ShapeError when `output` is not a scalar
 */
export function grad(output: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (output.rank !== 0) {
    throw new ShapeError(
      `grad: the output must be a scalar, got ${formatShape(output.shape)}. Reduce it with sum or mean.`,
    );
  }
  return vjp([output], [literal(1, output.dtype)], wrt);
}

/** Σ_k cotangents[k] · ∂outputs[k]/∂x for each x of `wrt`: the vector–Jacobian product. */
export function vjp(outputs: readonly Tensor[], cotangents: readonly Tensor[], wrt: readonly Tensor[]): Tensor[] {
  for (const x of [...outputs, ...wrt]) {
    if (!isFloat(x.dtype)) throw new DTypeError(`grad: only floating-point tensors have gradients, got ${x.dtype}.`);
  }
  const order = topologicalOrder(outputs);
  const relevant = dependents(order, wrt);
  const collected = new Map<Tensor, Tensor>();
  const accumulate = (x: Tensor, g: Tensor): void => {
    if (!sameShape(x.shape, g.shape)) {
      throw new ShapeError(`grad: the cotangent of ${x.op} ${formatShape(x.shape)} has shape ${formatShape(g.shape)}.`);
    }
    const sofar = collected.get(x);
    collected.set(x, sofar ? add(sofar, g) : g);
  };
  outputs.forEach((output, k) => {
    const g = cotangents[k];
    if (!g) throw new ShapeError(`vjp: ${outputs.length} outputs need as many cotangents, got ${cotangents.length}.`);
    accumulate(output, g);
  });

  for (let k = order.length - 1; k >= 0; k--) {
    const node = order[k];
    const g = node && collected.get(node);
    if (!node || !g || !node.inputs.some((x) => relevant.has(x))) continue;
    const rule = vjpRules[node.op] as VjpRule<OpName>;
    const scope = node.scope === '' ? 'gradient' : `gradient of ${node.scope}`;
    withScope(scope, () => {
      const parts = rule({ y: node, g, attributes: node.attributes }, ...(node.inputs as [Tensor, Tensor, Tensor]));
      node.inputs.forEach((x, index) => {
        const part = parts[index];
        if (part && relevant.has(x)) accumulate(x, part);
      });
    });
  }
  return wrt.map((x) => collected.get(x) ?? zerosLike(x));
}

/** The nodes of `order` through which some x of `wrt` acts. */
function dependents(order: readonly Tensor[], wrt: readonly Tensor[]): Set<Tensor> {
  const relevant = new Set<Tensor>(wrt);
  for (const node of order) {
    if (isFloat(node.dtype) && node.inputs.some((x) => relevant.has(x))) relevant.add(node);
  }
  return relevant;
}
