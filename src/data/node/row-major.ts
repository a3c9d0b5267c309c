import { sizeOf, stridesOf, takeTurns } from '../../core/index.ts';
import type { NpyHeader } from '../../io/index.ts';
import type { ResolveContext } from '../context.ts';
import { cachedRecords } from './record-cache.ts';
import type { RecordCache } from './record-cache.ts';
import { RecordFile } from './record-file.ts';
import type { ArrayPlace } from './array-on-disk.ts';

/** How much of an array is turned around at once, unless told otherwise. */
const usualBlockBytes = 2 ** 26;

/**
 * Writes an array in column-major order (as pandas' `to_numpy` often gives it) into the cache with one example after another, once: of
 * each block of examples every number's column is read in one piece.
 *
 * @param identity of the array, as the cache knows it
 * @returns where the first number lies
 */
export async function placeRowMajor(
  { path, start }: ArrayPlace,
  header: NpyHeader,
  options: {
    readonly identity: RecordCache['identity'];
    readonly where: string;
    readonly context: ResolveContext;
    readonly blockBytes?: number;
  },
): Promise<ArrayPlace> {
  const { shape, elementBytes } = header;
  const { where, context, blockBytes = usualBlockBytes } = options;
  const [count = 0, ...rest] = shape;
  const places = placesOf(rest);
  const recordBytes = places.length * elementBytes;
  const { ranks } = context;
  const elements = new RecordFile(path, { start: start + header.start, recordBytes: elementBytes, ranks });
  const step = Math.max(1, Math.floor(blockBytes / recordBytes));
  const identity = ['row-major', options.identity];
  const placed = await cachedRecords({ kind: 'arrays', identity }, context, async (append) => {
    for (let first = 0; first < count; first += step) {
      context.signal?.throwIfAborted();
      const rows = Math.min(step, count - first);
      const column = new Uint8Array(rows * elementBytes);
      const block = new Uint8Array(rows * recordBytes);
      for (const [number, place] of places.entries()) {
        elements.readRun(number * count + first, column);
        for (let row = 0; row < rows; row++) {
          const to = row * recordBytes + place * elementBytes;
          for (let byte = 0; byte < elementBytes; byte++) block[to + byte] = column[row * elementBytes + byte]!;
        }
      }
      append(block);
      context.onProgress?.({ what: where, unit: 'rows', done: first + rows, total: count });
      await takeTurns();
    }
    return null;
  });
  return { path: placed.path, start: 0 };
}

/** Where in an example the numbers lie, in the order in which their columns lie in the file: the first axis runs fastest. */
function placesOf(shape: readonly number[]): Uint32Array {
  const strides = stridesOf(shape);
  return Uint32Array.from({ length: sizeOf(shape) }, (_, number) => {
    let [left, place] = [number, 0];
    for (const [axis, size] of shape.entries()) {
      place += (left % size) * strides[axis]!;
      left = Math.floor(left / size);
    }
    return place;
  });
}
