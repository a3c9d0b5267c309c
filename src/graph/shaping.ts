import { ShapeError, formatShape, normalizeAxis, sameShape } from '../core/index.ts';
import { asTensor, asTensors, constant, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { isOp } from './tensor.ts';
import type { Dimension, GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** The same elements under another shape. One size may be −1: what remains. */
export function reshape(x: TensorLike, shape: GraphShape): Tensor {
  const tensor = asTensor(x);
  const source = isOp(tensor, 'reshape') && tensor.inputs[0] ? tensor.inputs[0] : tensor;
  const target = inferRemaining(source.shape, shape);
  return sameShape(source.shape, target) ? source : makeNode('reshape', [source], { shape: target });
}

function inferRemaining(from: GraphShape, to: GraphShape): GraphShape {
  const unknown = to.indexOf(-1);
  if (unknown < 0) return to;
  const numbers = (shape: GraphShape): number =>
    shape.reduce<number>((product, size) => (typeof size === 'number' && size !== -1 ? product * size : product), 1);
  const leftover = from.filter((size) => typeof size === 'string' && !to.includes(size));
  const remaining = numbers(from) / numbers(to);
  const size = leftover.length === 1 && remaining === 1 ? leftover[0] : remaining;
  if (size === undefined || (typeof size === 'number' && !Number.isInteger(size)) || to.includes(-1, unknown + 1)) {
    throw new ShapeError(`reshape: cannot tell the −1 in ${formatShape(to)} for the shape ${formatShape(from)}.`);
  }
  return to.map((other, axis) => (axis === unknown ? size : other));
}

/** Repeats along axes of size 1 and new leading axes, as numpy does. */
export function broadcastTo(x: TensorLike, shape: GraphShape): Tensor {
  const tensor = asTensor(x);
  return sameShape(tensor.shape, shape) ? tensor : makeNode('broadcastTo', [tensor], { shape });
}

/** Axes in the given order; default: all of them reversed. */
export function transpose(x: TensorLike, permutation?: readonly number[]): Tensor {
  const tensor = asTensor(x);
  const order = permutation?.map((axis) => normalizeAxis('transpose', axis, tensor.rank));
  const axes = order ?? tensor.shape.map((_, axis) => tensor.rank - 1 - axis);
  return axes.every((axis, k) => axis === k) ? tensor : makeNode('transpose', [tensor], { permutation: axes });
}

/** The last two axes swapped: the transpose of each matrix of a batch. */
export function matrixTranspose(x: TensorLike): Tensor {
  const tensor = asTensor(x);
  if (tensor.rank < 2) throw new ShapeError(`matrixTranspose: needs a matrix, got ${formatShape(tensor.shape)}.`);
  const axes = tensor.shape.map((_, axis) => axis);
  return transpose(tensor, [...axes.slice(0, -2), tensor.rank - 1, tensor.rank - 2]);
}

/**
 * A half-open range of each listed axis, negative positions counting from the end: `slice(x, { 1: [0, 3] })` is
 * x[:, 0:3]. Axes not listed are kept whole.
 */
export function slice(x: TensorLike, ranges: Readonly<Record<number, readonly [start: number, end?: number]>>): Tensor {
  const tensor = asTensor(x);
  const starts = tensor.shape.map(() => 0);
  const shape: Dimension[] = [...tensor.shape];
  for (const [key, [from, to]] of Object.entries(ranges)) {
    const axis = normalizeAxis('slice', Number(key), tensor.rank);
    const size = tensor.shape[axis];
    if (typeof size !== 'number') throw new ShapeError(`slice: the symbolic axis ${axis} ('${size}') must stay whole.`);
    const position = (at: number): number => (at < 0 ? at + size : at);
    starts[axis] = position(from);
    shape[axis] = position(to ?? size) - position(from);
  }
  return sameShape(shape, tensor.shape) ? tensor : makeNode('slice', [tensor], { starts, shape });
}

/** `value` put around `x`: amounts before and after, one an axis. */
export function pad(x: TensorLike, before: readonly number[], after: readonly number[], value = 0): Tensor {
  const tensor = asTensor(x);
  if ([...before, ...after].every((amount) => amount === 0)) return tensor;
  return makeNode('pad', [tensor], { before, after, value });
}

/** Joined along an existing axis. */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  const list = asTensors('concat', ...tensors);
  const [first] = list;
  if (!first) throw new ShapeError('concat: needs at least one tensor.');
  return list.length === 1 ? first : makeNode('concat', list, { axis: normalizeAxis('concat', axis, first.rank) });
}

/** Joined along a new axis. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  const list = asTensors('stack', ...tensors);
  const position = normalizeAxis('stack', axis, (list[0]?.rank ?? 0) + 1);
  return concat(
    list.map((x) => expandDims(x, position)),
    position,
  );
}

/** A new axis of size 1 at `axis` of the result. */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const tensor = asTensor(x);
  const position = normalizeAxis('expandDims', axis, tensor.rank + 1);
  return reshape(tensor, [...tensor.shape.slice(0, position), 1, ...tensor.shape.slice(position)]);
}

/** Without an axis of size 1. */
export function squeeze(x: TensorLike, axis: number): Tensor {
  const tensor = asTensor(x);
  const position = normalizeAxis('squeeze', axis, tensor.rank);
  if (tensor.shape[position] !== 1) {
    throw new ShapeError(`squeeze: axis ${axis} of ${formatShape(tensor.shape)} does not have size 1.`);
  }
  return reshape(
    tensor,
    tensor.shape.filter((_, k) => k !== position),
  );
}

/** The entries of `x` along `axis` at `indices` (int32, each in [0, size)), whose shape stands in for the axis. */
export function gather(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const tensor = asTensor(x);
  return makeNode('gather', [tensor, asTensor(indices, 'int32')], { axis: normalizeAxis('gather', axis, tensor.rank) });
}

/** The transpose of `gather`: adds up updates that share an index, into zeros with `size` entries along `axis`. */
export function scatterAdd(updates: TensorLike, indices: TensorLike, axis: number, size: number): Tensor {
  return makeNode('scatterAdd', [asTensor(updates), asTensor(indices, 'int32')], { axis, size });
}

/** Zeros of the shape and element type of x. */
export function zerosLike(x: Tensor): Tensor {
  return broadcastTo(constant(0, x.dtype), x.shape);
}
