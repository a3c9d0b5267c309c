import { NdArray, bytesPerElement, sizeOf, typedArrayOver } from '../../core/index.ts';
import type { ArrayOf, DType, FloatDType, Shape } from '../../core/index.ts';

/** A cache line: no two threads write on the same one. */
const line = 64;

/** An array in a shared memory: where it lies, and what it is. */
export interface SharedArray {
  readonly start: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Matrices in shared memory, with room behind them for what is made of them. */
export interface SharedBatch {
  readonly memory: SharedArrayBuffer;
  readonly matrices: SharedArray;
}

/** Bytes for such matrices, and as many again and a number a row: eigenvectors and eigenvalues are the most that comes of them. */
export function sharedBytes([count = 0, n = 0]: Shape, dtype: FloatDType): number {
  return bytesPerElement[dtype] * count * n * (2 * n + 1) + 4 * line;
}

/** The array's numbers where they lie. */
export function viewOf(memory: SharedArrayBuffer, { start, shape, dtype }: SharedArray): ArrayOf[DType] {
  // A view of shared memory does what one of other memory does, whatever its type says.
  return typedArrayOver(dtype, memory as unknown as ArrayBuffer, { start, length: sizeOf(shape) });
}

/** Room behind a batch's matrices, for what is made of them. */
export class Room {
  readonly #memory: SharedArrayBuffer;
  #next: number;

  constructor({ memory, matrices }: SharedBatch) {
    this.#memory = memory;
    this.#next = matrices.start + bytesPerElement[matrices.dtype] * sizeOf(matrices.shape);
  }

  /** An array of any values. */
  readonly make = <D extends DType>(shape: Shape, dtype: D): NdArray<D> => {
    const place = { start: line * Math.ceil(this.#next / line), shape, dtype };
    this.#next = place.start + bytesPerElement[dtype] * sizeOf(shape);
    return new NdArray(viewOf(this.#memory, place) as ArrayOf[D], shape, dtype);
  };

  /** Where arrays are: those that are elsewhere are copied here. */
  keep(arrays: Readonly<Record<string, NdArray>>): Record<string, SharedArray> {
    return Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => {
        const { shape, dtype } = array;
        const isHere = (array.data.buffer as unknown) === this.#memory;
        const here = isHere ? array : this.make(shape, dtype);
        if (!isHere) here.data.set(array.data);
        return [name, { start: here.data.byteOffset, shape, dtype }];
      }),
    );
  }
}

/** A batch's matrices as an array over shared memory: for reading. */
export function matricesOf({ memory, matrices }: SharedBatch): NdArray {
  return new NdArray(viewOf(memory, matrices), matrices.shape, matrices.dtype);
}
