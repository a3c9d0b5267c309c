import { dtypeOf, isFloat } from '../../core/index.ts';
import type { DType, NdArray, Shape } from '../../core/index.ts';
import type { OpName, Tensor } from '../../graph/index.ts';
import type { Sizes } from '../feeds.ts';

export type Data =
  Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** An intermediate result. Floats are float64 whatever their declared dtype; nobody writes to `data` once it is made. */
export interface Value {
  readonly data: Data;
  readonly shape: Shape;
}

/** Computes one node's data from its operands. May return an operand's data itself where the values are the same. */
export type Kernel<Op extends OpName> = (
  operands: readonly Value[],
  node: Tensor<Op>,
  shape: Shape,
  sizes: Sizes,
) => Data;

/** Zeroed memory for values of a declared dtype. */
export function allocate(dtype: DType, length: number): Data {
  if (isFloat(dtype)) return new Float64Array(length);
  if (dtype === 'int32') return new Int32Array(length);
  return dtype === 'uint32' ? new Uint32Array(length) : new Uint8Array(length);
}

/** The same numbers as an intermediate: in place where possible. */
export function valueOf(array: NdArray): Value {
  const { data, shape } = array;
  return { data: data instanceof Float32Array ? new Float64Array(data) : data, shape };
}

/** Whether the value is of a floating-point dtype. */
export function isFloatData(data: Data): data is Float64Array<ArrayBuffer> {
  return dtypeOf(data) === 'float64';
}
