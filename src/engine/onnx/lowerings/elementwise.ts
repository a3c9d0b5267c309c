import { isFloat } from '../../../core/index.ts';
import type { DType } from '../../../core/index.ts';
import type { OpName, Tensor } from '../../../graph/index.ts';
import type { ModelBuilder } from '../builder.ts';
import type { Lowering } from '../lowering.ts';
import { typeCode } from '../proto.ts';
import type { OnnxType } from '../proto.ts';

/** An op that ONNX has under another name. */
export const direct =
  (op: string): Lowering<OpName> =>
  (_, inputs, { builder }) =>
    builder.emit(op, inputs);

/** The operand itself. */
export const identity: Lowering<OpName> = (_, [x = '']) => x;

export function castTo(builder: ModelBuilder, x: string, type: OnnxType): string {
  return builder.emit('Cast', [x], { to: { int: typeCode(type) } });
}

export const cast: Lowering<'cast'> = (node, [x = ''], { builder }) => castTo(builder, x, node.attributes.dtype);

/**
 * Types without a kernel of their own go through one that has: uint32 through int64, which holds all of it, and bool
 * through int32.
 */
const detours: Partial<Record<DType, OnnxType>> = { uint32: 'int64', bool: 'int32' };

export const throughWiderType =
  (op: string): Lowering<OpName> =>
  (node, inputs, { builder }) => {
    const type = detours[node.dtype];
    if (!type) return builder.emit(op, inputs);
    const wide = inputs.map((x, k) => (isCondition(node, k) ? x : castTo(builder, x, type)));
    return castTo(builder, builder.emit(op, wide), node.dtype);
  };

function isCondition(node: Tensor, index: number): boolean {
  return node.op === 'where' && index === 0;
}

/**
 * Integer division as the reference engine defines it: towards zero, x / 0 is 0, and −2³¹ / −1 wraps around. The
 * processor's own 32-bit division would end the process at either, hence int64.
 */
export const divide: Lowering<'div'> = (node, [a = '', b = ''], { builder }) => {
  if (isFloat(node.dtype)) return builder.emit('Div', [a, b]);
  const numerator = castTo(builder, a, 'int64');
  const denominator = castTo(builder, b, 'int64');
  const zero = builder.int64(0);
  const isZero = builder.emit('Equal', [denominator, zero]);
  const quotient = builder.emit('Div', [numerator, builder.emit('Where', [isZero, builder.int64(1), denominator])]);
  return castTo(builder, builder.emit('Where', [isZero, zero, quotient]), node.dtype);
};
