import { DataError, formatShape } from '../core/index.ts';
import { checkedSize, viewOf } from './bytes.ts';
import type { ByteArray, DecodeOptions } from './bytes.ts';
import { gunzipIfNeeded } from './gzip.ts';

/** Element type codes of the IDX format; only unsigned bytes are read, the others are named in errors. */
const typeNames: Readonly<Record<number, string>> = {
  0x08: 'unsigned byte',
  0x09: 'signed byte',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
};

export interface DecodeIdxOptions extends DecodeOptions {
  /** Refuse another number of dimensions: 3 for images [count, height, width], 1 for labels [count]. */
  readonly rank?: number;
}

const contentsOfRank: Readonly<Record<number, string>> = { 1: 'labels', 3: 'images' };

/**
 * An IDX file of unsigned bytes (MNIST's format), gzip-compressed or not.
 *
 * Layout: 00 00, type code, number of dimensions, each dimension as a big-endian uint32, then the elements. A file that
 * is not compressed is not copied: `data` is a view of `bytes`.
 *
 * @throws DataError naming the file, what was expected and what was found
 */
export function decodeIdx(bytes: Uint8Array, options: DecodeIdxOptions = {}): ByteArray {
  const name = options.name ?? 'IDX data';
  const raw = gunzipIfNeeded(bytes, { name });
  if (raw.length < 4) {
    throw new DataError(`${name}: truncated: an IDX file starts with 4 bytes of magic, found ${raw.length} bytes.`);
  }
  const view = viewOf(raw);
  const magic = view.getUint32(0);
  const shown = `0x${magic.toString(16).padStart(8, '0')}`;
  const type = (magic >>> 8) & 255;
  const rank = magic & 255;
  if (magic >>> 16 !== 0 || typeNames[type] === undefined) {
    throw new DataError(
      `${name}: not an IDX file: expected magic 0x000008NN (unsigned bytes, NN dimensions), found ${shown}.`,
    );
  }
  if (type !== 0x08) {
    throw new DataError(
      `${name}: expected elements of type unsigned byte (0x08), found ${typeNames[type]} (${shown}).`,
    );
  }
  if (options.rank !== undefined && rank !== options.rank) {
    const expected = `${options.rank} dimension${options.rank === 1 ? '' : 's'}${describeRank(options.rank)}`;
    const swapped = contentsOfRank[rank] ? ' Were the image and the label file swapped?' : '';
    throw new DataError(`${name}: expected ${expected}, found ${rank}${describeRank(rank)}.${swapped}`);
  }
  const header = 4 + 4 * rank;
  if (raw.length < header) {
    throw new DataError(
      `${name}: truncated: the header of ${rank} dimensions takes ${header} bytes, found ${raw.length}.`,
    );
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = checkedSize(shape);
  const found = raw.length - header;
  if (size !== found) {
    const problem = size === undefined || found < size ? 'truncated' : 'bytes left over';
    throw new DataError(
      `${name}: ${problem}: shape ${formatShape(shape)} needs ${size ?? 'more than 2^53'} bytes of elements, found ${found}.`,
    );
  }
  return { dtype: 'uint8', shape, data: raw.subarray(header) };
}

function describeRank(rank: number): string {
  const contents = contentsOfRank[rank];
  return contents ? ` (${contents})` : '';
}

/** `array` as an IDX file of unsigned bytes; pass it to `gzip` for the `.gz` form. */
export function encodeIdx(array: Pick<ByteArray, 'shape' | 'data'>): Uint8Array<ArrayBuffer> {
  const { shape, data } = array;
  const size = checkedSize(shape);
  if (size !== data.length || shape.length > 255 || shape.some((dimension) => dimension > 0xffffffff)) {
    throw new DataError(`encodeIdx: shape ${formatShape(shape)} does not describe ${data.length} bytes.`);
  }
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.length);
  const view = viewOf(bytes);
  view.setUint32(0, 0x0800 | shape.length);
  shape.forEach((dimension, axis) => {
    view.setUint32(4 + 4 * axis, dimension);
  });
  bytes.set(data, header);
  return bytes;
}
