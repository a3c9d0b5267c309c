import { sizeOf, stridesOf } from '../core/index.ts';
import type { NdArray, Shape } from '../core/index.ts';

/** The values of `source` repeated over `target`, to whose shape it must broadcast; a single value stays a number. */
export function broadcastTo(source: NdArray, target: Shape): number | ArrayLike<number> {
  const size = sizeOf(target);
  if (source.size === 1) return source.data[0]!;
  if (source.size === size) return source.data;
  const offset = target.length - source.shape.length;
  const sourceStrides = stridesOf(source.shape);
  const axes = stridesOf(target).flatMap((stride, axis) => {
    const length = source.shape[axis - offset] ?? 1;
    return length === 1 ? [] : [{ stride, length, sourceStride: sourceStrides[axis - offset]! }];
  });
  return Float64Array.from({ length: size }, (_, index) => {
    let flat = 0;
    for (const { stride, length, sourceStride } of axes) flat += (Math.floor(index / stride) % length) * sourceStride;
    return source.data[flat]!;
  });
}
