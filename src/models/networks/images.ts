import { ValueError, formatShape, sizeOf } from '../../core/index.ts';
import { broadcastTo, concat, reshape, transpose } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { apart, stateless } from '../../nn/index.ts';
import type { Layer } from '../../nn/index.ts';

/** An image's sizes. */
export interface Planes {
  readonly channels: number;
  readonly size: readonly [rows: number, columns: number];
}

/** What an example's shape [rows, columns] or [rows, columns, channels] means. @throws ValueError for another */
export function planesOf(shape: readonly number[]): Planes {
  const [rows, columns, channels = 1] = shape;
  if (rows !== undefined && columns !== undefined && shape.length <= 3) return { channels, size: [rows, columns] };
  throw new ValueError(
    `network: convolutions need images [rows, columns] or [rows, columns, channels], the examples are ${formatShape(shape)}. Use the dense network.`,
  );
}

const permuted = (x: Tensor, last: readonly [number, number, number]): Tensor => {
  const first = x.shape.slice(0, -3).map((_, axis) => axis);
  return transpose(x, [...first, ...last.map((axis) => axis + first.length)]);
};

/** Rows of numbers, channels last, as the images [..., channels, rows, columns] that convolutions take. */
export function toPlanes({ channels, size }: Planes): Layer {
  return stateless('toPlanes', (x) => permuted(reshape(x, [...x.shape.slice(0, -1), ...size, channels]), [2, 0, 1]));
}

/** As `toPlanes`, of rows [x | c]: each number of the condition is a channel more, constant over the image. */
export function conditionedPlanes(image: Planes, conditionSize: number): Layer {
  const planes = toPlanes(image);
  return stateless('conditionedPlanes', (rows) => {
    const { value, condition } = apart(rows, conditionSize);
    const channels = [...rows.shape.slice(0, -1), conditionSize];
    const constant = broadcastTo(reshape(condition, [...channels, 1, 1]), [...channels, ...image.size]);
    return concat([planes.apply({}, value), constant], -3);
  });
}

/** Images as rows of numbers, channels last; of `groups` × channels, one group after the other. */
export function fromPlanes({ channels, size }: Planes, groups: number): Layer {
  return stateless('fromPlanes', (x) => {
    const batch = x.shape.slice(0, -3);
    const grouped = reshape(x, [...batch, groups, channels, ...size]);
    return reshape(permuted(grouped, [1, 2, 0]), [...batch, groups * channels * sizeOf(size)]);
  });
}

/** [..., channels, rows, columns] as vectors. */
export const flatten: Layer = stateless('flatten', (x) =>
  reshape(x, [...x.shape.slice(0, -3), x.shape.slice(-3).reduce<number>((count, size) => count * Number(size), 1)]),
);

/** Vectors as [..., channels, rows, columns]. */
export function unflatten({ channels, size }: Planes): Layer {
  return stateless('unflatten', (x) => reshape(x, [...x.shape.slice(0, -1), channels, ...size]));
}
