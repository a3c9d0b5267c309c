import type { TypedArray } from '../../core/index.ts';
import { decodeElements } from '../../io/index.ts';
import type { ElementType } from '../../io/index.ts';
import { checkGather } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { RecordFile } from './record-file.ts';

/** How the numbers of a record lie in the file. */
export interface RecordElement {
  readonly type: ElementType;
  readonly bigEndian?: boolean;
  /** What is read, for messages; without it, the file's path. */
  readonly where?: string;
}

/** Numbers of the records `indices`, one record after another. @throws DataError as `decodeElements` does */
export function readNumbers(
  records: RecordFile,
  indices: Uint32Array,
  { type, bigEndian = false, where = records.path }: RecordElement,
): TypedArray {
  const bytes = new Uint8Array(indices.length * records.recordBytes);
  records.read(indices, bytes);
  return decodeElements(type, bytes, { where, bigEndian }).data;
}

/** The types of which float32 rounds some numbers off. */
const wideTypes: readonly ElementType[] = ['float64', 'int32', 'uint32', 'int64', 'uint64'];

/**
 * Examples that are records of a file, read as they are asked for.
 *
 * @param options.divisor the number in the file that stands for 1; default: 255 for bytes, else 1
 */
export function datasetOfRecords(
  about: Omit<Dataset, 'gather' | 'gatherFloat64'>,
  {
    records,
    element,
    divisor = element.type === 'uint8' ? 255 : 1,
  }: { readonly records: RecordFile; readonly element: RecordElement; readonly divisor?: number },
): Dataset {
  const gather = (indices: Uint32Array, out: Float32Array | Float64Array): void => {
    checkGather(about, indices, out);
    const values = readNumbers(records, indices, element);
    for (let i = 0; i < out.length; i++) out[i] = values[i]! / divisor;
  };
  const isWide = about.support === 'real' && wideTypes.includes(element.type);
  return { ...about, onDisk: true, gather, ...(isWide && { gatherFloat64: gather }) };
}
