import { stridesOf } from '../core/index.ts';
import type { Shape } from '../core/index.ts';

/** Maps a flat index of `target` to the flat index of an array of shape `source` broadcast to it. */
export function broadcastIndex(source: Shape, target: Shape): (index: number) => number {
  const offset = target.length - source.length;
  const own = stridesOf(source);
  const axes = stridesOf(target).flatMap((stride, axis) => {
    const size = source[axis - offset] ?? 1;
    return size === 1 ? [] : [{ stride, size, own: own[axis - offset]! }];
  });
  return (index) => {
    let flat = 0;
    for (const axis of axes) flat += (Math.floor(index / axis.stride) % axis.size) * axis.own;
    return flat;
  };
}
