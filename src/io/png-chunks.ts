import { DataError } from '../core/index.ts';
import { joinBytes, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { checkImageSize } from './limits.ts';
import type { DecodeImageOptions } from './limits.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples of a pixel by the type of colour, and the bits that one may have (PNG specification, 11.2.2). */
const colorTypes: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
export const paletteColor = 3;

/** What a PNG says of its pixels before them. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly color: number;
  /** Samples of a pixel as it is stored. */
  readonly channels: number;
  readonly interlaced: boolean;
}

/** A PNG file's parts that make pixels. */
export interface PngParts {
  readonly header: PngHeader;
  /** The zlib stream of its pixels. */
  readonly packed: Uint8Array;
  /** Three bytes a colour. */
  readonly palette: Uint8Array | undefined;
  /** What `tRNS` holds. */
  readonly transparency: Uint8Array | undefined;
}

export type Damaged = (what: string) => DataError;

export function pngDamage(name: string): Damaged {
  return (what) => new DataError(`${name}: the PNG is damaged (${what}).`);
}

/** Whether a file begins as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((value, index) => bytes[index] === value);
}

/** @throws DataError when it is no PNG, is cut, a checksum does not match, or it is larger than images may be */
export function readPngParts(bytes: Uint8Array, name: string, options: DecodeImageOptions): PngParts {
  if (!isPng(bytes)) throw new DataError(`${name}: not a PNG file.`);
  if (bytes.length < 33) throw new DataError(`${name}: the PNG is truncated (${bytes.length} bytes).`);
  const damaged = pngDamage(name);
  const view = viewOf(bytes);
  let header: PngHeader | undefined;
  const found = new Map<string, Uint8Array>();
  const packed: Uint8Array[] = [];
  for (let at = 8, type = ''; type !== 'IEND';) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw damaged('it is truncated');
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw damaged(`checksum of ${type}`);
    const data = bytes.subarray(at + 8, end - 4);
    if (type === 'IHDR' ? header !== undefined : !header) throw damaged(`${type} where its header is expected`);
    header ??= readHeader(data, name, options);
    if (type === 'IDAT') packed.push(data);
    else if (type === 'PLTE' || type === 'tRNS') found.set(type, data);
    at = end;
  }
  if (!header) throw damaged('it has no header');
  return {
    header,
    packed: packed.length === 1 && packed[0] ? packed[0] : joinBytes(packed),
    palette: found.get('PLTE'),
    transparency: found.get('tRNS'),
  };
}

function readHeader(data: Uint8Array, name: string, options: DecodeImageOptions): PngHeader {
  const damaged = pngDamage(name);
  if (data.length !== 13) throw damaged(`a header of ${data.length} bytes`);
  const view = viewOf(data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, color = 0, compression, filter, interlace = 0] = data.subarray(8);
  const kind = colorTypes[color];
  if (width === 0 || height === 0 || !kind?.depths.includes(depth)) {
    throw new DataError(
      `${name}: the PNG header says ${width}×${height}, colour type ${color}, ${depth} bits: it is damaged.`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged('an unknown way of packing');
  const { channels } = kind;
  const shown = color === paletteColor ? 3 : channels;
  checkImageSize(name, { width, height, bytesPerPixel: shown * Math.ceil(depth / 8) }, options);
  return { width, height, depth, color, channels, interlaced: interlace === 1 };
}
