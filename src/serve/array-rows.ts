import { NdArray } from '../core/index.ts';
import type { DType } from '../core/index.ts';

/** Rows `start` to `end` of an array, copied. */
export function part<D extends DType>(array: NdArray<D>, start: number, end: number): NdArray<D> {
  const [count = 0, ...rest] = array.shape;
  const width = array.size / Math.max(1, count);
  const data = array.data.slice(start * width, end * width) as NdArray<D>['data'];
  return new NdArray(data, [end - start, ...rest], array.dtype);
}

/** Arrays one after the other along their first axis; at least one. */
export function concatenated(arrays: readonly NdArray[]): NdArray {
  const [first] = arrays;
  if (!first) throw new RangeError('concatenated: there is no array.');
  const count = arrays.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const all = NdArray.zeros([count, ...first.shape.slice(1)], first.dtype);
  let at = 0;
  for (const { data } of arrays) {
    all.data.set(data, at);
    at += data.length;
  }
  return all;
}
