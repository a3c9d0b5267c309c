import type { ArrayOf, DType } from '../dtype.ts';
import { NdArray } from '../ndarray.ts';
import type { Shape } from '../shape.ts';

/** An array as plain data: what `structuredClone` and `postMessage` take. */
export interface PackedArray {
  readonly data: ArrayOf[DType];
  readonly shape: Shape;
  readonly dtype: DType;
}

export function packArray({ data, shape, dtype }: NdArray): PackedArray {
  // Of a part of a buffer, clones would take the whole.
  return { data: data.byteLength === data.buffer.byteLength ? data : data.slice(), shape, dtype };
}

export function unpackArray({ data, shape, dtype }: PackedArray): NdArray {
  return new NdArray(data, shape, dtype);
}

export function packArrays(arrays: Readonly<Record<string, NdArray>>): Record<string, PackedArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, packArray(array)]));
}

export function unpackArrays(arrays: Readonly<Record<string, PackedArray>>): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, unpackArray(array)]));
}
