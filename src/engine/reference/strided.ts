import { stridesOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';

/** Where two arrays are at the start of a row, how far they step within it, and how long it is. */
export type RowVisitor = (a: number, b: number, stepA: number, stepB: number, length: number) => void;

/**
 * Walks an index space row by row, with the offsets of two arrays that have their own stride on each axis. Neighbouring
 * axes along which both arrays advance evenly are merged first, so that contiguous data is one long row.
 */
export function forEachRow(shape: Shape, stridesA: readonly number[], stridesB: readonly number[], visit: RowVisitor) {
  const sizes: number[] = [];
  const a: number[] = [];
  const b: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis]!;
    if (size === 0) return;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && a[last] === stridesA[axis]! * size && b[last] === stridesB[axis]! * size) {
      sizes[last]! *= size;
      a[last] = stridesA[axis]!;
      b[last] = stridesB[axis]!;
    } else {
      sizes.push(size);
      a.push(stridesA[axis]!);
      b.push(stridesB[axis]!);
    }
  }
  const length = sizes.pop() ?? 1;
  const stepA = a.pop() ?? 0;
  const stepB = b.pop() ?? 0;
  const counter = new Array<number>(sizes.length).fill(0);
  let offsetA = 0;
  let offsetB = 0;
  while (true) {
    visit(offsetA, offsetB, stepA, stepB, length);
    let axis = sizes.length - 1;
    for (; axis >= 0; axis--) {
      offsetA += a[axis]!;
      offsetB += b[axis]!;
      if (++counter[axis]! < sizes[axis]!) break;
      offsetA -= a[axis]! * sizes[axis]!;
      offsetB -= b[axis]! * sizes[axis]!;
      counter[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Strides of an operand of shape `from` seen as the shape `to` that it broadcasts to: 0 on the axes it repeats along. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!));
}
