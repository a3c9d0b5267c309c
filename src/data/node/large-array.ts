import { DataError, formatShape, sizeOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolveContext } from './context.ts';
import { datasetOfRecords, readNumbers } from './record-dataset.ts';
import type { RecordElement } from './record-dataset.ts';
import { RecordFile } from './record-file.ts';
import type { ArrayOnDisk, ArrayPlace } from './stored-arrays.ts';

/** How much is read at once to look at all values. */
const scanBytes = 2 ** 22;

/**
 * The examples of an array, read from disk as they are asked for. All values are looked at once, as for a file that is
 * kept in memory: which support they have, and whether each is a finite number.
 *
 * @param options.sampleShape the shape of one example
 * @throws DataError for column-major order, which only arrays that fit into memory may have
 */
export async function openLargeArray(
  array: ArrayOnDisk,
  options: { readonly name: string; readonly sampleShape: Shape; readonly context: ResolveContext },
): Promise<{ readonly dataset: Dataset; readonly place: ArrayPlace }> {
  const { name, sampleShape, context } = options;
  const { where } = array;
  const header = array.readHeader();
  const { type, bigEndian, shape, start, elementBytes } = header;
  if (type === 'string' || type === 'bytes') throw new DataError(`${where}: holds text, where examples are numbers.`);
  if (header.fortran) {
    throw new DataError(
      `${where}: is too large for memory, and in column-major order. ` +
        "Save it as numpy.ascontiguousarray(array, '<f4') or as bytes.",
    );
  }
  const [count = 0, ...rest] = shape;
  const needed = sizeOf(shape) * elementBytes;
  const found = array.bytes - start;
  if (needed !== found) {
    throw new DataError(`${where}: shape ${formatShape(shape)} needs ${needed} bytes of elements, found ${found}.`);
  }
  const place = await array.place(context);
  const records = new RecordFile(place.path, { start: place.start + start, recordBytes: sizeOf(rest) * elementBytes });
  const element = { type, bigEndian, where };
  const isUnit = type === 'uint8' || scan(records, { path: where, element, elementBytes, count, context });
  const about = { name, kind: 'npy', support: isUnit ? 'unit-interval' : 'real', size: count, sampleShape } as const;
  return { dataset: datasetOfRecords(about, { records, element }), place };
}

/** Whether all values lie in [0, 1]. @throws DataError for one that is no finite float32 */
function scan(
  records: RecordFile,
  options: {
    readonly path: string;
    readonly element: RecordElement;
    readonly elementBytes: number;
    readonly count: number;
    readonly context: ResolveContext;
  },
): boolean {
  const { path, element, elementBytes, count, context } = options;
  const step = Math.max(1, Math.floor(scanBytes / records.recordBytes));
  let isUnit = true;
  for (let first = 0; first < count; first += step) {
    context.signal?.throwIfAborted();
    const indices = Uint32Array.from({ length: Math.min(step, count - first) }, (_, i) => first + i);
    const last = first + indices.length - 1;
    const values = readNumbers(records, indices, { ...element, where: `${path}: in examples ${first} to ${last}` });
    for (let i = 0; i < values.length; i++) {
      const value = Math.fround(values[i]!);
      if (!Number.isFinite(value)) {
        const example = first + Math.floor((i * elementBytes) / records.recordBytes);
        throw new DataError(`${path}: example ${example} holds ${values[i]!}, no finite float32.`);
      }
      if (!(value >= 0 && value <= 1)) isUnit = false;
    }
    context.onProgress?.({ what: path, unit: 'rows', done: first + indices.length, total: count });
  }
  return isUnit;
}
