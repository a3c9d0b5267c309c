import { NdArray } from '../../../core/index.ts';
import { isOp } from '../../../graph/index.ts';
import type { GraphShape, Tensor } from '../../../graph/index.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { reshapeTo } from './shaping.ts';

export const gather: Lowering<'gather'> = (node, inputs, { builder }) =>
  builder.emit('Gather', inputs, { axis: { int: node.attributes.axis } });

/**
 * Where the indices are constants and none occurs twice, every result is one update or zero: a gather from the updates with
 * a zero behind them, whose indices take the place of one index an element. Else zeros into which every update is added at its index, by ScatterElements along the axis. (ScatterND would take the
 * indices as they are, but its kernel adds from several threads at once: duplicates race.) ScatterElements wants one
 * index an element, so the indices are repeated along the other axes; several index axes are flattened into one.
 */
export const scatterAdd: Lowering<'scatterAdd'> = (node, [updates = '', indices = ''], context) => {
  const { builder, shapeValue } = context;
  const { axis } = node.attributes;
  const [source, positions] = node.inputs as [Tensor, Tensor];
  const head = source.shape.slice(0, axis);
  const tail = source.shape.slice(axis + positions.rank);
  const origins = originsOf(node);
  if (origins) {
    const zero = builder.emit('Expand', [builder.scalar(0, node.dtype), shapeValue([...head, 1, ...tail])]);
    const behind = builder.emit('Concat', [updates, zero], { axis: { int: axis } });
    return builder.emit('Gather', [behind, builder.constant(origins)], { axis: { int: axis } });
  }
  const ones = (shape: GraphShape): GraphShape => shape.map(() => 1);
  const flat = flatten(updates, head, positions.shape, tail, context);
  const column = flatten(indices, ones(head), positions.shape, ones(tail), context);
  const repeated = builder.emit('Expand', [column, builder.emit('Shape', [flat])]);
  const zeros = builder.emit('Expand', [builder.scalar(0, node.dtype), shapeValue(node.shape)]);
  return builder.emit('ScatterElements', [zeros, repeated, flat], {
    axis: { int: axis },
    reduction: { string: 'add' },
  });
};

/** For each entry of the result the update that it is, or their number for none; undefined unless known and one to one. */
function originsOf({ inputs: [, positions], attributes: { size } }: Tensor<'scatterAdd'>): NdArray | undefined {
  if (!positions || !isOp(positions, 'constant') || positions.rank !== 1) return undefined;
  const { data } = positions.attributes.value;
  const isOneToOne = new Set(data).size === data.length && data.every((index) => index >= 0 && index < size);
  if (!isOneToOne) return undefined;
  const origins = new Int32Array(size).fill(data.length);
  data.forEach((index, at) => (origins[index] = at));
  return new NdArray(origins, [size]);
}

/** [...head, ...inner, ...tail] with `inner` made one axis. */
function flatten(x: string, head: GraphShape, inner: GraphShape, tail: GraphShape, context: LoweringContext): string {
  const { builder, shapeValue } = context;
  const [only, ...others] = inner;
  if (only !== undefined && others.length === 0) return reshapeTo(x, [...head, only, ...tail], context);
  const sizes = inner.filter((size) => typeof size === 'number');
  if (sizes.length === inner.length) {
    return reshapeTo(x, [...head, sizes.reduce((product, size) => product * size, 1), ...tail], context);
  }
  const parts = [shapeValue(head), builder.ints([-1]), shapeValue(tail)];
  return builder.emit('Reshape', [x, builder.emit('Concat', parts, { axis: { int: 0 } })]);
}
