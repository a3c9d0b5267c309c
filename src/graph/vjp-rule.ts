import { sameShape } from '../core/index.ts';
import type { OpAttributes, OpName } from './op-table.ts';
import { sum } from './reductions.ts';
import { reshape } from './shaping.ts';
import type { GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** What a rule sees: the node's operands, its value y, and the cotangent ȳ = ∂loss/∂y. */
export interface VjpContext<Op extends OpName> {
  readonly y: Tensor;
  readonly g: Tensor;
  readonly attributes: OpAttributes[Op];
}

/** Cotangents of the operands, in their order; undefined where the op is constant in an operand. */
export type VjpRule<Op extends OpName> = (
  context: VjpContext<Op>,
  ...inputs: [Tensor, Tensor, Tensor]
) => readonly (Tensor | undefined)[];

/** Undoes broadcasting: sums `g` over the axes along which an operand of `shape` was repeated. */
export function sumTo(g: Tensor, shape: GraphShape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const extra = g.rank - shape.length;
  const axes = g.shape.flatMap((size, axis) => {
    const own = axis < extra ? undefined : shape[axis - extra];
    return own === undefined || (own === 1 && size !== 1) ? [axis] : [];
  });
  return reshape(sum(g, axes), shape);
}
