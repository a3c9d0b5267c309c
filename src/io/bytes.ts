import { DataError } from '../core/index.ts';
import type { NdArray, Shape } from '../core/index.ts';

/** Unsigned bytes with a shape: pixels and labels as files keep them, a quarter of the memory of float32. */
export interface ByteArray {
  readonly dtype: 'uint8';
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/** An image's pixels, and what of the file they do not show. */
export interface DecodedImage extends ByteArray {
  /** Whether it had pixels that were not opaque. */
  readonly transparent?: boolean;
  /** Of 16-bit samples: the highest of them, 0 to 65535. */
  readonly highest?: number;
}

/** What array files hold: an NdArray, or bytes (which NdArray has no element type for). */
export type StoredArray = NdArray | ByteArray;

/** Options of every decoder: `name` is the file's name, for error messages. */
export interface DecodeOptions {
  readonly name?: string;
}

/** The pieces one after the other, in memory of their own. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An own, aligned copy of a byte range. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Characters of a string, at most (V8's limit; other engines allow more). */
const longestText = 2 ** 29 - 24;

/** UTF-8 text, without a byte order mark unless it is to be kept. @throws DataError when the bytes are not UTF-8 */
export function decodeText(bytes: Uint8Array, name: string, { keepMark = false } = {}): string {
  if (bytes.length > longestText) {
    throw new DataError(
      `${name}: ${Math.round(bytes.length / 1e6)} MB of text are more than can be read at once, ${Math.floor(longestText / 1e6)} MB.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: keepMark }).decode(bytes);
  } catch {
    throw new DataError(`${name}: the text is not valid UTF-8. Save it as UTF-8, if it is text.`);
  }
}

/** The product of `shape`, or `undefined` when it is beyond exact integers or an entry is no size. */
export function checkedSize(shape: readonly unknown[]): number | undefined {
  let size = 1;
  let zero = false;
  for (const dimension of shape) {
    if (typeof dimension !== 'number' || !Number.isSafeInteger(dimension) || dimension < 0) return undefined;
    if (dimension === 0) zero = true;
    else size *= dimension;
  }
  if (zero) return 0;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** The pairs of a map or of a plain object. */
export function entriesOf<V>(source: ReadonlyMap<string, V> | Readonly<Record<string, V>>): [string, V][] {
  return source instanceof Map
    ? [...(source as ReadonlyMap<string, V>)]
    : Object.entries<V>(source as Record<string, V>);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
