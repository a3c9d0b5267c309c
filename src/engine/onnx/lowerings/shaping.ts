import type { GraphShape } from '../../../graph/index.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

export const reshape: Lowering<'reshape'> = (node, [x = ''], context) => reshapeTo(x, node.attributes.shape, context);

/** One symbolic size is what remains (−1), which needs no size known at run time; ONNX cannot tell it beside a 0. */
export function reshapeTo(x: string, shape: GraphShape, { builder, shapeValue }: LoweringContext): string {
  const symbolic = shape.filter((size) => typeof size === 'string').length;
  const target =
    symbolic === 1 && !shape.includes(0)
      ? builder.ints(shape.map((size) => (typeof size === 'string' ? -1 : size)))
      : shapeValue(shape);
  // With allowzero a 0 is a size; without it, "as in the input".
  return builder.emit('Reshape', [x, target], symbolic === 1 && !shape.includes(0) ? {} : { allowzero: { int: 1 } });
}

export const broadcastTo: Lowering<'broadcastTo'> = (node, [x = ''], { builder, shapeValue }) =>
  builder.emit('Expand', [x, shapeValue(node.attributes.shape)]);

export const transpose: Lowering<'transpose'> = (node, [x = ''], { builder }) =>
  builder.emit('Transpose', [x], { perm: { ints: node.attributes.permutation } });

/** Only the axes that are cut; a symbolic one never is. */
export const slice: Lowering<'slice'> = (node, [x = ''], { builder }) => {
  const { starts, shape } = node.attributes;
  const cut = shape.flatMap((length, axis) => {
    const start = starts[axis] ?? 0;
    return typeof length === 'number' && length !== node.inputs[0]?.shape[axis]
      ? [{ axis, start, end: start + length }]
      : [];
  });
  if (cut.length === 0) return x;
  const list = (key: 'axis' | 'start' | 'end'): string => builder.ints(cut.map((range) => range[key]));
  return builder.emit('Slice', [x, list('start'), list('end'), list('axis')]);
};

export const pad: Lowering<'pad'> = (node, [x = ''], { builder }) => {
  const { before, after, value } = node.attributes;
  if (before.length === 0) return x;
  return builder.emit('Pad', [x, builder.ints([...before, ...after]), builder.scalar(value, node.dtype)]);
};

export const concat: Lowering<'concat'> = (node, inputs, { builder }) =>
  builder.emit('Concat', inputs, { axis: { int: node.attributes.axis } });
