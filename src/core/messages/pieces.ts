import { dtypeOf, typedArray } from '../dtype.ts';
import type { DType, TypedArray } from '../dtype.ts';
import { ValueError } from '../errors.ts';
import type { WorkerCalls } from './calls.ts';

/** What is copied at once: a few milliseconds, so that a page stays responsive. */
const pieceBytes = 2 ** 22;

/** An array that went to the worker ahead of the call that it belongs to. */
export interface SentArray {
  readonly sent: number;
}

export interface Piece extends SentArray {
  readonly dtype: DType;
  /** Of the whole. */
  readonly length: number;
  readonly start: number;
  readonly values: TypedArray;
}

let last = 0;

/**
 * An array as an argument of calls: itself, or where it is large, what stands for it in the worker after it was sent there piece by
 * piece, one a turn. The array stays as it is.
 */
export async function sendArray(calls: WorkerCalls, array: TypedArray): Promise<TypedArray | SentArray> {
  // Of a part of a buffer, clones would take the whole.
  if (array.byteLength <= pieceBytes) return array.byteLength === array.buffer.byteLength ? array : array.slice();
  const sent = ++last;
  const step = pieceBytes / array.BYTES_PER_ELEMENT;
  for (let start = 0; start < array.length; start += step) {
    const values = array.slice(start, start + step);
    const piece: Piece = { sent, dtype: dtypeOf(array), length: array.length, start, values };
    await calls.call('piece', piece, { transfer: [values.buffer] });
  }
  return { sent };
}

/** In the worker: the method that gets pieces (for `serve`), and what takes the arrays that they make. */
export function arrivals() {
  const arrays = new Map<number, TypedArray>();
  return {
    methods: {
      piece({ sent, dtype, length, start, values }: Piece): void {
        const whole = arrays.get(sent) ?? typedArray(dtype, length);
        whole.set(values, start);
        arrays.set(sent, whole);
      },
    },
    /** The array, once. */
    take: (array: TypedArray | SentArray): TypedArray => {
      if (!('sent' in array)) return array;
      const whole = arrays.get(array.sent);
      arrays.delete(array.sent);
      if (!whole) throw new ValueError(`The worker has no array ${array.sent}.`);
      return whole;
    },
  };
}
