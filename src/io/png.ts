import { convertIndexedToRgb, decode, encode } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import { DataError, formatShape } from '../core/index.ts';
import { checkedSize, messageOf, viewOf } from './bytes.ts';
import type { ByteArray, DecodeOptions } from './bytes.ts';
import { checkUnpackedSize } from './gzip.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOfColour: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export interface DecodePngOptions extends DecodeOptions {
  /** The grey, 0 to 255, behind transparent pixels; without it they are refused. */
  readonly background?: number;
}

/**
 * A PNG image of 1 to 16 bits as bytes: shape [height, width] for grey, [height, width, 3] for RGB and palettes.
 *
 * 16-bit samples keep their upper byte. An alpha channel is dropped where it is opaque, and mixed with `background` elsewhere.
 *
 * @throws DataError when the file is damaged (checksums are checked) or has transparent pixels
 */
export function decodePng(bytes: Uint8Array, options: DecodePngOptions = {}): ByteArray {
  const name = options.name ?? 'PNG data';
  checkHeader(bytes, name);
  let image: DecodedPng;
  let data: Uint8Array;
  let channels: number;
  try {
    image = decode(bytes, { checkCrc: true });
    data = image.palette ? convertIndexedToRgb(image) : toBytes(image);
    channels = image.palette ? data.length / (image.width * image.height) : image.channels;
  } catch (error) {
    // zlib's message may be empty, and what stands before it ends in a colon.
    throw new DataError(`${name}: the PNG is damaged (${messageOf(error).replace(/:\s*$/, '')}).`);
  }
  const colours = channels <= 2 ? 1 : 3;
  if (channels !== colours || image.transparency) data = dropAlpha(data, channels, image, { ...options, name });
  const { width, height } = image;
  return { dtype: 'uint8', shape: colours === 1 ? [height, width] : [height, width, 3], data };
}

/** Refuses sizes that the file cannot hold before the decoder allocates for them. */
function checkHeader(bytes: Uint8Array, name: string): void {
  if (signature.some((value, index) => bytes[index] !== value)) throw new DataError(`${name}: not a PNG file.`);
  if (bytes.length < 33) throw new DataError(`${name}: the PNG is truncated (${bytes.length} bytes).`);
  const view = viewOf(bytes);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = channelsOfColour[bytes[25]!];
  if (width === 0 || height === 0 || channels === undefined) {
    throw new DataError(`${name}: the PNG header says ${width}×${height}, colour type ${bytes[25]!}: it is damaged.`);
  }
  checkUnpackedSize(name, height * Math.ceil((width * channels * bytes[24]!) / 8), bytes.length);
}

function toBytes(image: DecodedPng): Uint8Array {
  const { data, depth, width, height } = image;
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  if (depth === 8) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // Grey of 1, 2 or 4 bits: samples packed from the high bits on, each row starting on a byte.
  const unpacked = new Uint8Array(width * height);
  const perRow = Math.ceil((width * depth) / 8);
  const top = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const value = (data[y * perRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & top;
      unpacked[y * width + x] = (value * 255) / top;
    }
  }
  return unpacked;
}

function dropAlpha(
  data: Uint8Array,
  channels: number,
  image: DecodedPng,
  { name, background }: DecodePngOptions,
): Uint8Array {
  const transparent = (): DataError =>
    new DataError(
      `${name}: has transparent pixels, which have no single colour. Flatten the image, or give a background.`,
    );
  // Grey or RGB with one colour that stands for "transparent": rare, and not supported.
  if (image.transparency && !image.palette) throw transparent();
  const colours = channels - 1;
  if (channels !== 2 && channels !== 4) return data;
  const pixels = image.width * image.height;
  const result = new Uint8Array(pixels * colours);
  for (let i = 0; i < pixels; i++) {
    const alpha = data[i * channels + colours]! / 255;
    if (alpha < 1 && background === undefined) throw transparent();
    for (let c = 0; c < colours; c++) {
      result[i * colours + c] = Math.round(alpha * data[i * channels + c]! + (1 - alpha) * (background ?? 0));
    }
  }
  return result;
}

/**
 * An 8-bit PNG of bytes of shape [height, width] or [height, width, 1] (grey), or [height, width, 3] (RGB).
 *
 * @throws DataError for another shape
 */
export function encodePng(image: Pick<ByteArray, 'shape' | 'data'>): Uint8Array {
  const { shape, data } = image;
  const [height, width, channels = 1] = shape;
  if (
    !height ||
    !width ||
    shape.length > 3 ||
    (channels !== 1 && channels !== 3) ||
    checkedSize(shape) !== data.length
  ) {
    throw new DataError(
      `encodePng: expected bytes of shape [height, width] or [height, width, 3], got ${formatShape(shape)} with ${data.length} bytes.`,
    );
  }
  return encode({ width, height, channels, depth: 8, data });
}
