/** Element types. `bool` is stored as bytes 0 and 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint32' | 'bool';

/** Element types of floating-point numbers: what can be differentiated. */
export type FloatDType = 'float32' | 'float64';

/** The typed array that holds the elements of each type. */
export interface ArrayOf {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  uint32: Uint32Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

/** A typed array of any of the element types. */
export type TypedArray = ArrayOf[DType];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** Bytes of one number of each element type. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint32: 4,
  bool: 1,
};

/** A zeroed typed array for `dtype`. */
export function typedArray<D extends DType>(dtype: D, length: number): ArrayOf[D] {
  return new constructors[dtype](length) as ArrayOf[D];
}

/** The elements that memory holds, little-endian as every platform that runs JavaScript is. Default: all of them. */
export function typedArrayOver<D extends DType>(
  dtype: D,
  buffer: ArrayBuffer,
  { start = 0, length }: { readonly start?: number; readonly length?: number } = {},
): ArrayOf[D] {
  return new constructors[dtype](buffer, start, length) as ArrayOf[D];
}

/** A typed array holding a copy of `values`, converted to `dtype`. */
export function typedArrayFrom<D extends DType>(dtype: D, values: ArrayLike<number>): ArrayOf[D] {
  const array = typedArray(dtype, values.length);
  array.set(values);
  return array;
}

/** The element type that a typed array holds; `Uint8Array` is `bool`. */
export function dtypeOf(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Uint32Array) return 'uint32';
  return 'bool';
}

/** Whether an element type is one of floating-point numbers. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64';
}

/** Machine epsilon: the gap between 1 and the next number. */
export const epsilonOf: Readonly<Record<FloatDType, number>> = { float32: 2 ** -23, float64: 2 ** -52 };
