import { DataError, NdArray, bytesPerElement, formatShape, sizeOf, stridesOf } from '../core/index.ts';
import type { ArrayOf, DType, Shape } from '../core/index.ts';
import { bytesOf, checkedSize, copyBytes, viewAs, viewOf } from './bytes.ts';
import type { DecodeOptions, StoredArray } from './bytes.ts';

/** numpy's type codes that are read, with the width of an element in the file. */
const readable: Readonly<Record<string, { dtype: DType | 'uint8' | 'int64'; width: number }>> = {
  '<f4': { dtype: 'float32', width: 4 },
  '<f8': { dtype: 'float64', width: 8 },
  '<i4': { dtype: 'int32', width: 4 },
  '<u4': { dtype: 'uint32', width: 4 },
  '<i8': { dtype: 'int64', width: 8 },
  '|u1': { dtype: 'uint8', width: 1 },
  '|b1': { dtype: 'bool', width: 1 },
};
const descriptorOf: Readonly<Record<StoredArray['dtype'], string>> = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  uint32: '<u4',
  bool: '|b1',
  uint8: '|u1',
};
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const maximumRank = 64;

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: number[];
  /** Where the elements begin. */
  readonly start: number;
}

/** What an NPY file says of its array before its elements. */
export interface NpyHeader {
  readonly dtype: StoredArray['dtype'] | 'int64';
  readonly shape: Shape;
  /** Whether the elements are in column-major order. */
  readonly fortran: boolean;
  /** Where the elements begin, in bytes. */
  readonly start: number;
  /** Bytes of one element. */
  readonly elementBytes: number;
}

/** The header of an NPY file from its first bytes. @throws DataError as `decodeNpy` does */
export function readNpyHeader(bytes: Uint8Array, options: DecodeOptions = {}): NpyHeader {
  const name = options.name ?? 'NPY data';
  const { descr, fortran, shape, start } = readHeader(bytes, name);
  const { dtype, width } = typeOf(descr, name);
  return { dtype, shape, fortran, start, elementBytes: width };
}

/**
 * An array in numpy's NPY format, version 1 to 3, little endian: f4, f8, i4, u4, u1, b1, and i8 when every value fits
 * int32 (it then becomes int32). Fortran order is turned into row-major order. The elements are copied.
 *
 * @returns an NdArray, or a `ByteArray` for u1
 * @throws DataError, naming the file, for other types, object arrays, truncated or left-over bytes
 */
export function decodeNpy(bytes: Uint8Array, options: DecodeOptions = {}): StoredArray {
  const name = options.name ?? 'NPY data';
  const { descr, fortran, shape, start } = readHeader(bytes, name);
  const type = typeOf(descr, name);
  const needed = (checkedSize(shape) ?? Infinity) * type.width;
  const found = bytes.length - start;
  if (needed !== found) {
    const problem = found < needed ? 'truncated' : 'bytes left over';
    throw new DataError(
      `${name}: ${problem}: shape ${formatShape(shape)} of '${descr}' needs ${needed} bytes, found ${found}.`,
    );
  }
  const copy = copyBytes(bytes, start, bytes.length);
  const order = <T extends ArrayOf[DType]>(data: T): T => (fortran ? rowMajor(data, shape) : data);
  if (type.dtype === 'uint8') return { dtype: 'uint8', shape, data: order(copy) };
  if (type.dtype === 'int64') return new NdArray(order(narrow(copy.buffer, name)), shape, 'int32');
  if (type.dtype === 'bool') {
    const wrong = copy.findIndex((value) => value > 1);
    if (wrong >= 0) throw new DataError(`${name}: boolean element ${wrong} is ${copy[wrong]!}, expected 0 or 1.`);
  }
  return new NdArray(order(viewAs(type.dtype, copy.buffer)), shape, type.dtype);
}

function typeOf(descr: string, name: string): { dtype: NpyHeader['dtype']; width: number } {
  const type = readable[descr];
  if (type) return type;
  const hint = descr.startsWith('>') ? ' (big endian)' : descr.includes('O') ? ' (Python objects)' : '';
  throw new DataError(
    `${name}: element type '${descr}'${hint} is not supported; supported are ${Object.keys(readable).join(', ')}. ` +
      "Save it as array.astype('<f4'), for instance.",
  );
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 10 || magic.some((value, index) => bytes[index] !== value)) {
    throw new DataError(`${name}: not an NPY file (it does not start with \\x93NUMPY). An .npz holds several arrays.`);
  }
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw new DataError(`${name}: NPY version ${major} is unknown (1 to 3 are read).`);
  const prefix = major === 1 ? 10 : 12;
  const view = viewOf(bytes);
  const length = major === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : Infinity;
  if (prefix + length > bytes.length) {
    throw new DataError(`${name}: truncated: the header takes ${length} bytes, ${bytes.length - prefix} follow.`);
  }
  const text = String.fromCharCode(...bytes.subarray(prefix, prefix + Math.min(length, 10_000)));
  return { ...parseHeader(text, name), start: prefix + length };
}

/** The Python literal of a header: exactly the keys descr, fortran_order and shape. */
function parseHeader(text: string, name: string): Omit<Header, 'start'> {
  const fail = (problem: string): DataError =>
    new DataError(`${name}: ${problem} in the NPY header ${JSON.stringify(text.slice(0, 200).trim())}.`);
  const outer = /^\{(.*)\}\s*$/s.exec(text);
  if (!outer) throw fail('no {…}');
  const found = new Map<string, string>();
  const entry = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([^()]*\))\s*(,|$)\s*/y;
  let rest = outer[1]!;
  while (rest.trim() !== '') {
    entry.lastIndex = 0;
    const match = entry.exec(rest);
    if (!match) throw fail('an entry that is not understood (structured types are not supported)');
    const [whole, key, value] = match as unknown as [string, string, string];
    if (found.has(key)) throw fail(`'${key}' twice`);
    found.set(key, value);
    rest = rest.slice(whole.length);
  }
  const descr = found.get('descr');
  const order = found.get('fortran_order');
  const shape = found.get('shape');
  if (
    found.size !== 3 ||
    !descr?.startsWith("'") ||
    !order ||
    !/^(True|False)$/.test(order) ||
    !shape?.startsWith('(')
  ) {
    throw fail('other keys than descr, fortran_order and shape');
  }
  if (!/^\(\s*(\d+\s*,\s*)*(\d+\s*)?\)$/.test(shape) || /^\(\s*\d+\s*\)$/.test(shape)) throw fail('no tuple as shape');
  const sizes = (shape.match(/\d+/g) ?? []).map(Number);
  if (sizes.length > maximumRank) throw fail(`more than ${maximumRank} dimensions`);
  return { descr: descr.slice(1, -1), fortran: order === 'True', shape: sizes };
}

/** Column-major elements in row-major order. */
function rowMajor<T extends ArrayOf[DType]>(data: T, shape: Shape): T {
  const result = data.slice() as T;
  const rank = shape.length;
  const rowStrides = stridesOf(shape);
  const index = new Array<number>(rank).fill(0);
  let target = 0;
  for (let source = 0; source < data.length; source++) {
    result[target] = data[source]!;
    for (let axis = 0; axis < rank; axis++) {
      target += rowStrides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      target -= rowStrides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function narrow(buffer: ArrayBuffer, name: string): Int32Array<ArrayBuffer> {
  const values = new BigInt64Array(buffer);
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const converted = Number(BigInt.asIntN(32, value));
    if (BigInt(converted) !== value) {
      throw new DataError(`${name}: int64 element ${i} is ${value}, beyond int32. Save the array as '<f8' or '<i4'.`);
    }
    result[i] = converted;
  }
  return result;
}

/** `array` as an NPY file of version 1, in row-major order. */
export function encodeNpy(array: StoredArray): Uint8Array<ArrayBuffer> {
  const { shape } = array;
  const tuple = shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${descriptorOf[array.dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // numpy ends the header with a newline and aligns the elements to 64 bytes.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(
    10 + length + sizeOf(shape) * (array.dtype === 'uint8' ? 1 : bytesPerElement[array.dtype]),
  );
  bytes.set([...magic, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), 10);
  bytes.set(bytesOf(array.data), 10 + length);
  return bytes;
}

/** `array` as an NdArray: bytes are widened to int32. */
export function toNdArray(array: StoredArray): NdArray {
  return array.dtype === 'uint8' ? new NdArray(Int32Array.from(array.data), array.shape, 'int32') : array;
}
