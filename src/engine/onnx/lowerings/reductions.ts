import { isFloat } from '../../../core/index.ts';
import type { Lowering } from '../lowering.ts';
import { castTo } from './elementwise.ts';
import { sumOfBernoulliLogProbs } from './transcendental.ts';

/** A reduction over the node's axes; none of them leaves the operand as it is. */
export const sum: Lowering<'sum'> = (node, [x = ''], context) => {
  const { builder } = context;
  const { axes, keepDims } = node.attributes;
  if (axes.length === 0) return x;
  const together = sumOfBernoulliLogProbs(node, context);
  if (together !== undefined) return together;
  // Integers add up in int64 and wrap around at the end.
  const operand = isFloat(node.dtype) ? x : castTo(builder, x, 'int64');
  const result = builder.emit('ReduceSum', [operand, builder.ints(axes)], { keepdims: { int: Number(keepDims) } });
  return isFloat(node.dtype) ? result : castTo(builder, result, node.dtype);
};

/** The kernels pass over NaN; where a slice holds one, the result is NaN here, as in numpy. */
export const extremum =
  (op: 'ReduceMax' | 'ReduceMin'): Lowering<'max' | 'min'> =>
  (node, [x = ''], { builder }) => {
    const { axes, keepDims } = node.attributes;
    if (axes.length === 0) return x;
    const reduce = (name: string, value: string): string =>
      builder.emit(name, [value], { axes: { ints: axes }, keepdims: { int: Number(keepDims) } });
    if (node.dtype === 'uint32') return castTo(builder, reduce(op, castTo(builder, x, 'int64')), node.dtype);
    const result = reduce(op, x);
    if (!isFloat(node.dtype)) return result;
    const marks = castTo(builder, builder.emit('IsNaN', [x]), 'float32');
    const holdsNaN = castTo(builder, reduce('ReduceMax', marks), 'bool');
    return builder.emit('Where', [holdsNaN, builder.scalar(NaN, node.dtype), result]);
  };
