import { ValueError } from '../../core/index.ts';
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

/** Examples that are records of a file, read as they are asked for: bytes stand for byte / 255, other numbers for themselves. */
export function datasetOfRecords(
  about: Omit<Dataset, 'gather'>,
  { records, element }: { readonly records: RecordFile; readonly element: RecordElement },
): Dataset {
  const { name, size } = about;
  const divisor = element.type === 'uint8' ? 255 : 1;
  return {
    ...about,
    gather(indices, out) {
      checkGather(this, indices, out);
      const outside = indices.find((index) => index >= size);
      if (outside !== undefined) throw new ValueError(`${name}: example ${outside} does not exist, there are ${size}.`);
      const values = readNumbers(records, indices, element);
      for (let i = 0; i < out.length; i++) out[i] = values[i]! / divisor;
    },
  };
}
