import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataError, formatShape, sizeOf, takeTurns } from '../../core/index.ts';
import { rangeOf } from '../dataset.ts';
import type { LargeArray, LargeOptions } from '../arrays/array-source.ts';
import { readValues } from '../arrays/array-values.ts';
import type { ResolveContext } from '../context.ts';
import { datasetOfRecords, readNumbers } from './record-dataset.ts';
import type { RecordElement } from './record-dataset.ts';
import { cachedRecords } from './record-cache.ts';
import { RecordFile } from './record-file.ts';
import { placeRowMajor } from './row-major.ts';
import type { ArrayOnDisk } from './array-on-disk.ts';

/** How much is read at once to look at all values. */
const scanBytes = 2 ** 22;

/**
 * The examples of an array, read from disk as they are asked for. All values are looked at once, as for a file that is
 * kept in memory: what range they have, and whether each is a finite number. A file in the cache remembers it.
 * An array in column-major order is turned around once, into the cache.
 *
 * @param options.sampleShape the shape of one example
 * @param options.asked as `readValues` takes it, and `trained` too
 * @throws DataError for text, and for a number that is not finite
 */
export async function openLargeArray(array: ArrayOnDisk, options: LargeOptions): Promise<LargeArray> {
  const { name, sampleShape, context } = options;
  const { where } = array;
  const header = array.readHeader();
  const { type, bigEndian, shape, start, elementBytes } = header;
  if (type === 'string' || type === 'bytes') throw new DataError(`${where}: holds text, where examples are numbers.`);
  const [count = 0, ...rest] = shape;
  const needed = sizeOf(shape) * elementBytes;
  const found = array.bytes - start;
  if (needed !== found) {
    throw new DataError(`${where}: shape ${formatShape(shape)} needs ${needed} bytes of elements, found ${found}.`);
  }
  const { size, mtimeMs } = statSync(array.path);
  const identity = [1, resolve(array.path), size, mtimeMs, where];
  const unpacked = await array.place(context);
  const place = header.fortran
    ? await placeRowMajor(unpacked, header, { identity, where, context })
    : { path: unpacked.path, start: unpacked.start + start };
  const layout = { start: place.start, recordBytes: sizeOf(rest) * elementBytes };
  const records = new RecordFile(place.path, layout);
  const readByAll = context.ranks ? new RecordFile(place.path, { ...layout, ranks: context.ranks }) : records;
  const element = { type, bigEndian, where };
  const { about: range } = await cachedRecords({ kind: 'ranges', identity }, context, () =>
    scan(readByAll, { path: where, element, elementBytes, count, context }),
  );
  const reading = readValues({ where, type, sampleShape, found: range }, options);
  const { divisor, support } = reading;
  const whole = { name, kind: 'npy', support, size: count, sampleShape } as const;
  const elsewhere = place.path === array.path ? undefined : place.path;
  return { dataset: datasetOfRecords(whole, { records, element, divisor }), elsewhere, reading };
}

/** The range of all values. @throws DataError for one that is no finite number */
async function scan(
  records: RecordFile,
  options: {
    readonly path: string;
    readonly element: RecordElement;
    readonly elementBytes: number;
    readonly count: number;
    readonly context: ResolveContext;
  },
): Promise<{ least: number; greatest: number }> {
  const { path, element, elementBytes, count, context } = options;
  const step = Math.max(1, Math.floor(scanBytes / records.recordBytes));
  let [least, greatest] = [Infinity, -Infinity];
  for (let first = 0; first < count; first += step) {
    context.signal?.throwIfAborted();
    const indices = Uint32Array.from({ length: Math.min(step, count - first) }, (_, i) => first + i);
    const last = first + indices.length - 1;
    const values = readNumbers(records, indices, { ...element, where: `${path}: in examples ${first} to ${last}` });
    const range = rangeOf(values);
    if (!Number.isFinite(range.least) || !Number.isFinite(range.greatest)) {
      const at = values.findIndex((value) => !Number.isFinite(value));
      const example = first + Math.floor((at * elementBytes) / records.recordBytes);
      throw new DataError(`${path}: example ${example} holds ${values[at]!}, no finite number.`);
    }
    least = Math.min(least, range.least);
    greatest = Math.max(greatest, range.greatest);
    context.onProgress?.({ what: path, unit: 'rows', done: first + indices.length, total: count });
    await takeTurns(); // Reading blocks the thread: timers and signals are let in.
  }
  return { least, greatest };
}
