import { ValueError } from '../../core/index.ts';
import { checkGather } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import type { RecordFile } from './record-file.ts';

const arrays = {
  uint8: Uint8Array,
  bool: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
export type RecordType = keyof typeof arrays;

/** Numbers of the records `indices`, one record after another. */
export function readNumbers(
  records: RecordFile,
  indices: Uint32Array,
  dtype: RecordType,
): InstanceType<(typeof arrays)[RecordType]> {
  const bytes = new Uint8Array(indices.length * records.recordBytes);
  records.read(indices, bytes);
  return new arrays[dtype](bytes.buffer);
}

/** Examples that are records of a file, read as they are asked for: bytes stand for byte / 255, other numbers for themselves. */
export function datasetOfRecords(
  about: Omit<Dataset, 'gather'>,
  { records, dtype }: { readonly records: RecordFile; readonly dtype: RecordType },
): Dataset {
  const { name, size } = about;
  const divisor = dtype === 'uint8' ? 255 : 1;
  return {
    ...about,
    gather(indices, out) {
      checkGather(this, indices, out);
      const outside = indices.find((index) => index >= size);
      if (outside !== undefined) throw new ValueError(`${name}: example ${outside} does not exist, there are ${size}.`);
      const values = readNumbers(records, indices, dtype);
      for (let i = 0; i < out.length; i++) out[i] = values[i]! / divisor;
    },
  };
}
