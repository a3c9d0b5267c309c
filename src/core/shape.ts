import { ShapeError } from './errors.ts';

/** Concrete sizes, outermost first; row-major storage. A scalar is []. */
export type Shape = readonly number[];

/** How many elements an array of that shape has: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Whether two shapes have the same sizes, symbolic ones by their names. */
export function sameShape(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** More dimensions than any array has: what a damaged file claims is shown by its beginning. */
const mostShown = 64;

/** A shape in words: `[2, 3]`, a symbolic size by its name. */
export function formatShape(shape: readonly (number | string)[]): string {
  if (shape.length > mostShown) return `[${shape.slice(0, 6).join(', ')}, … ${shape.length} in all]`;
  return `[${shape.join(', ')}]`;
}

/** numpy's broadcasting rule for concrete shapes. */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let k = 0; k < shape.length; k++) {
      const axis = rank - shape.length + k;
      const size = shape[k]!;
      if (size === 1 || size === result[axis]) continue;
      if (result[axis] !== 1) {
        throw new ShapeError(
          `${operation}: shapes ${shapes.map(formatShape).join(' and ')} do not broadcast together.`,
        );
      }
      result[axis] = size;
    }
  }
  return result;
}

/** An axis counted from the end when negative, as in numpy; throws outside [-rank, rank). */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`${operation}: axis ${axis} is out of range for ${rank} dimension${rank === 1 ? '' : 's'}.`);
  }
  return normalized;
}

/** Sorted distinct axes; `undefined` means all of them. */
export function normalizeAxes(operation: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(operation, axis, rank));
  const distinct = [...new Set(list)].sort((a, b) => a - b);
  if (distinct.length !== list.length) throw new ShapeError(`${operation}: axes ${formatShape(list)} repeat an axis.`);
  return distinct;
}
