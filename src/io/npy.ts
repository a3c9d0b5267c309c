import { DataError, NdArray, bytesPerElement, formatShape, sizeOf, stridesOf } from '../core/index.ts';
import type { Shape, TypedArray } from '../core/index.ts';
import { bytesOf, checkedSize, copyBytes, decodeText, viewOf } from './bytes.ts';
import type { DecodeOptions, StoredArray } from './bytes.ts';
import { bytesPerElementOf, decodeElements } from './elements.ts';
import type { ElementType } from './elements.ts';

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

/** The kinds of numbers, by numpy's letters: with their bits, the names of `ElementType`. */
const numberKinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint' };
/** What numpy's other letters mean, for messages. */
const otherKinds: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  O: 'Python objects, which are code',
  M: 'dates',
  m: 'time differences',
  V: 'raw bytes',
  f: 'floats of this width',
};

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: number[];
  /** Where the elements begin. */
  readonly start: number;
}

/** Text with a shape: what numpy's `<U` and `|S` arrays hold. */
export interface TextArray {
  readonly dtype: 'string';
  readonly shape: Shape;
  readonly data: readonly string[];
}

/** What an NPY file holds. */
export type NpyArray = StoredArray | TextArray;

/** How an element lies in an NPY file. */
export interface NpyElement {
  /** `string` is text in UTF-32 (`<U`), `bytes` is text in UTF-8 or ASCII (`|S`); both are padded with zeros. */
  readonly type: ElementType | 'string' | 'bytes';
  readonly bigEndian: boolean;
  /** Bytes of one element. */
  readonly elementBytes: number;
}

/** What an NPY file says of its array before its elements. */
export interface NpyHeader extends NpyElement {
  readonly shape: Shape;
  /** Whether the elements are in column-major order. */
  readonly fortran: boolean;
  /** Where the elements begin, in bytes. */
  readonly start: number;
}

/** The header of an NPY file from its first bytes. @throws DataError as `decodeNpy` does */
export function readNpyHeader(bytes: Uint8Array, options: DecodeOptions = {}): NpyHeader {
  const name = options.name ?? 'NPY data';
  const { descr, fortran, shape, start } = readHeader(bytes, name);
  return { ...elementOf(descr, name), shape, fortran, start };
}

/**
 * An array in numpy's NPY format, version 1.0 to 3.0, in either byte order: floats of 16, 32 and 64 bits, signed and
 * unsigned integers of 8 to 64, booleans and text (`<U`, `|S`). Values are kept exactly (see `decodeElements`): small
 * integers become int32, float16 becomes float32, and 64 bit integers int32, or float64 where int32 does not hold them.
 * Fortran order is turned into row-major order. The elements are copied.
 *
 * @returns an NdArray, a `ByteArray` for u1, or a `TextArray` for text
 * @throws DataError, naming the file, for other types, object arrays, numbers that would be rounded, truncated or
 * left-over bytes
 */
export function decodeNpy(bytes: Uint8Array, options: DecodeOptions = {}): NpyArray {
  const name = options.name ?? 'NPY data';
  const { descr, fortran, shape, start } = readHeader(bytes, name);
  const element = elementOf(descr, name);
  const size = checkedSize(shape) ?? Infinity;
  const needed = size * element.elementBytes;
  const found = bytes.length - start;
  if (needed !== found) {
    const problem = found < needed ? 'truncated' : 'bytes left over';
    throw new DataError(
      `${name}: ${problem}: shape ${formatShape(shape)} of '${descr}' needs ${needed} bytes, found ${found}.`,
    );
  }
  const copy = copyBytes(bytes, start, bytes.length);
  const { type, bigEndian } = element;
  if (type === 'string' || type === 'bytes') {
    const data = decodeStrings(copy, { size, element, where: name });
    return { dtype: 'string', shape, data: fortran ? rowMajor(data, shape) : data };
  }
  const { dtype, data } = decodeElements(type, copy, { where: name, bigEndian });
  const ordered = fortran ? rowMajor(data, shape) : data;
  return dtype === 'uint8' ? { dtype, shape, data: ordered as Uint8Array } : new NdArray(ordered, shape, dtype);
}

/** numpy's type code, such as `<f4`, in words. */
function elementOf(descr: string, name: string): NpyElement {
  const [, order = '', kind = '', digits = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)(?:\[.*\])?$/.exec(descr) ?? [];
  const width = Number(digits);
  const bigEndian = order === '>' && width > 1;
  if (kind === 'b' && width === 1) return { type: 'bool', bigEndian: false, elementBytes: 1 };
  if (kind === 'S') return { type: 'bytes', bigEndian: false, elementBytes: width };
  if (kind === 'U') return { type: 'string', bigEndian: order === '>', elementBytes: 4 * width };
  const type = `${numberKinds[kind] ?? '?'}${8 * width}`;
  if (isElementType(type)) return { type, bigEndian, elementBytes: width };
  const hint = otherKinds[kind];
  const remedy =
    kind === 'c'
      ? 'Save real and imaginary parts as two arrays.'
      : kind === 'O'
        ? "Save text as array.astype('U'), numbers as array.astype('f4')."
        : "Save it as numbers, array.astype('f8') for instance.";
  throw new DataError(
    `${name}: element type '${descr}'${hint ? ` (${hint})` : ''} is not supported; supported are f2, f4, f8, i1 to i8, ` +
      `u1 to u8, b1 and text (U, S). ${remedy}`,
  );
}

function isElementType(type: string): type is ElementType {
  return Object.hasOwn(bytesPerElementOf, type);
}

/** Elements of text, without the zeros that pad them. */
function decodeStrings(
  bytes: Uint8Array<ArrayBuffer>,
  { size, element, where }: { readonly size: number; readonly element: NpyElement; readonly where: string },
): string[] {
  const { type, bigEndian, elementBytes } = element;
  // Nothing in the file stands for texts of no width: their number is only claimed.
  if (elementBytes === 0 && size > 0) throw new DataError(`${where}: holds ${size} texts of width 0.`);
  const view = viewOf(bytes);
  return Array.from({ length: size }, (_, index) => {
    const start = index * elementBytes;
    let end = start + elementBytes;
    if (type === 'bytes') {
      while (end > start && bytes[end - 1] === 0) end--;
      return decodeText(bytes.subarray(start, end), `${where}: element ${index}`);
    }
    while (end > start && view.getUint32(end - 4) === 0) end -= 4;
    let text = '';
    for (let at = start; at < end; at += 4) {
      const point = view.getUint32(at, !bigEndian);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        throw new DataError(`${where}: text ${index} holds the number ${point}, no Unicode character.`);
      }
      text += String.fromCodePoint(point);
    }
    return text;
  });
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 10 || magic.some((value, index) => bytes[index] !== value)) {
    throw new DataError(`${name}: not an NPY file (it does not start with \\x93NUMPY). An .npz holds several arrays.`);
  }
  const [major, minor] = [bytes[6]!, bytes[7]!];
  if (major < 1 || major > 3 || minor !== 0) {
    throw new DataError(`${name}: NPY version ${major}.${minor} is unknown (1.0, 2.0 and 3.0 are read).`);
  }
  const prefix = major === 1 ? 10 : 12;
  const view = viewOf(bytes);
  const length = major === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : Infinity;
  if (prefix + length > bytes.length) {
    throw new DataError(`${name}: truncated: the header takes ${length} bytes, ${bytes.length - prefix} follow.`);
  }
  const text = String.fromCharCode(...bytes.subarray(prefix, prefix + Math.min(length, 10_000)));
  return { ...parseHeader(text, name), start: prefix + length };
}

/** The Python literal of a header: exactly the keys descr, fortran_order and shape. Python 2 wrote sizes as `3L`. */
function parseHeader(text: string, name: string): Omit<Header, 'start'> {
  const fail = (problem: string): DataError =>
    new DataError(`${name}: ${problem} in the NPY header ${JSON.stringify(text.slice(0, 200).trim())}.`);
  const outer = /^\s*\{(.*)\}\s*$/s.exec(text);
  if (!outer) throw fail('no {…}');
  const found = new Map<string, string>();
  const entry = /\s*(["'])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\))\s*(,|$)\s*/y;
  let rest = outer[1]!;
  while (rest.trim() !== '') {
    entry.lastIndex = 0;
    const match = entry.exec(rest);
    if (!match) throw fail('an entry that is not understood (structured types are not supported)');
    const [whole, , key, value] = match as unknown as [string, string, string, string];
    if (found.has(key)) throw fail(`'${key}' twice`);
    found.set(key, value);
    rest = rest.slice(whole.length);
  }
  const descr = found.get('descr');
  const order = found.get('fortran_order');
  const shape = found.get('shape');
  if (
    found.size !== 3 ||
    !/^["']/.test(descr ?? '') ||
    !order ||
    !/^(True|False)$/.test(order) ||
    !shape?.startsWith('(')
  ) {
    throw fail('other keys than descr, fortran_order and shape');
  }
  if (!/^\(\s*(\d+L?\s*,\s*)*(\d+L?\s*)?\)$/.test(shape) || /^\(\s*\d+L?\s*\)$/.test(shape)) {
    throw fail('no tuple as shape');
  }
  const sizes = (shape.match(/\d+/g) ?? []).map(Number);
  if (sizes.length > maximumRank) throw fail(`more than ${maximumRank} dimensions`);
  return { descr: descr!.slice(1, -1), fortran: order === 'True', shape: sizes };
}

/** Column-major elements in row-major order. */
function rowMajor<T extends TypedArray | string[]>(data: T, shape: Shape): T {
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

/**
 * `array` as an NdArray: bytes are widened to int32.
 *
 * @throws DataError, beginning with `where`, for text
 */
export function toNdArray(array: NpyArray, where = 'toNdArray'): NdArray {
  if (array.dtype === 'string') throw new DataError(`${where}: holds text where numbers are needed.`);
  return array.dtype === 'uint8' ? new NdArray(Int32Array.from(array.data), array.shape, 'int32') : array;
}
