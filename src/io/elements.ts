import { DataError, bytesPerElement, typedArrayOver } from '../core/index.ts';
import type { DType, TypedArray } from '../core/index.ts';

/** The types of numbers that array files hold, by the names that numpy and PyTorch give them. */
export type ElementType = keyof typeof bytesPerElementOf;

export const bytesPerElementOf = {
  ...bytesPerElement,
  uint8: 1,
  uint16: 2,
  uint64: 8,
  int8: 1,
  int16: 2,
  int64: 8,
  float16: 2,
  bfloat16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
} as const;

/** Elements as this library holds them: of an element type of `NdArray`, or bytes. */
export interface Elements {
  readonly dtype: DType | 'uint8';
  readonly data: TypedArray;
}

/**
 * The elements in `bytes`, every value kept to the last bit: small integers become int32, small floats float32. 64 bit integers become
 * int32 where all fit, else float64 where all are whole numbers that it can hold.
 *
 * @param bytes aligned and owned by the caller; bytes of another order are turned around in place
 * @param options.where what is read, for messages
 * @throws DataError for a boolean that is neither 0 nor 1, and for a 64 bit integer that float64 would round
 */
export function decodeElements(
  type: ElementType,
  bytes: Uint8Array<ArrayBuffer>,
  { where, bigEndian = false }: { readonly where: string; readonly bigEndian?: boolean },
): Elements {
  if (bigEndian) reverseEach(bytes, bytesPerElementOf[type]);
  const { buffer } = bytes;
  switch (type) {
    case 'bool': {
      const wrong = bytes.findIndex((value) => value > 1);
      if (wrong >= 0) throw new DataError(`${where}: boolean element ${wrong} is ${bytes[wrong]!}, expected 0 or 1.`);
      return { dtype: 'bool', data: bytes };
    }
    case 'uint8':
      return { dtype: 'uint8', data: bytes };
    case 'int8':
      return { dtype: 'int32', data: Int32Array.from(new Int8Array(buffer)) };
    case 'int16':
      return { dtype: 'int32', data: Int32Array.from(new Int16Array(buffer)) };
    case 'uint16':
      return { dtype: 'int32', data: Int32Array.from(new Uint16Array(buffer)) };
    case 'int64':
      return narrow(new BigInt64Array(buffer), 'int64', where);
    case 'uint64':
      return narrow(new BigUint64Array(buffer), 'uint64', where);
    case 'float16':
      return { dtype: 'float32', data: Float32Array.from(new Uint16Array(buffer), halfOf) };
    case 'bfloat16':
      // The upper half of a float32.
      return {
        dtype: 'float32',
        data: typedArrayOver('float32', Uint32Array.from(new Uint16Array(buffer), upper).buffer),
      };
    case 'float8_e5m2':
      // The upper half of a float16.
      return { dtype: 'float32', data: Float32Array.from(bytes, (bits) => halfOf(bits << 8)) };
    case 'float8_e4m3fn':
      return { dtype: 'float32', data: Float32Array.from(bytes, quarterOf) };
    default:
      return { dtype: type, data: typedArrayOver(type, buffer) };
  }
}

function upper(bits: number): number {
  return bits << 16;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float8 E4M3FN (Micikevicius et al. 2022): bias 7, no infinities, NaN where all bits but the sign are set. */
function quarterOf(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 7;
  if ((bits & 0x7f) === 0x7f) return NaN;
  return exponent === 0 ? sign * fraction * 2 ** -9 : sign * (1 + fraction / 8) * 2 ** (exponent - 7);
}

function narrow(values: BigInt64Array | BigUint64Array, type: string, where: string): Elements {
  const numbers = new Float64Array(values.length);
  let small = true;
  for (let i = 0; i < values.length; i++) {
    const number = Number(values[i]!);
    if (BigInt(number) !== values[i]!) {
      throw new DataError(
        `${where}: ${type} element ${i} is ${values[i]!}, which no number here holds exactly (float64 does up to 2^53). ` +
          "Numbers that only name something can be saved as text: array.astype('U').",
      );
    }
    small &&= number === (number | 0);
    numbers[i] = number;
  }
  return small ? { dtype: 'int32', data: Int32Array.from(numbers) } : { dtype: 'float64', data: numbers };
}

/** The bytes of each element in the other order, in place. */
function reverseEach(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let start = 0; start + width <= bytes.length; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const first = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = first;
    }
  }
}
