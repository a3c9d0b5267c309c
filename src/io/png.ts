import { convertIndexedToRgb, decode, encode } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import { DataError, formatShape } from '../core/index.ts';
import { checkedSize, messageOf, viewOf } from './bytes.ts';
import type { ByteArray, DecodedImage, DecodeOptions } from './bytes.ts';
import { checkUnpackedSize } from './gzip.ts';
import { isInterlacedBelowBytes, withoutInterlacing } from './png-interlaced.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOfColour: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export interface DecodePngOptions extends DecodeOptions {
  /** The grey, 0 to 255, behind transparent pixels; default 255, white. */
  readonly background?: number;
  /** Of 16-bit samples: the value that becomes 255, those above it too. Default: 65535. */
  readonly range?: number;
}

/**
 * A PNG image of 1 to 16 bits as bytes: shape [height, width] for grey, [height, width, 3] for RGB and palettes.
 *
 * 16-bit samples keep their upper byte, or become round(255 · min(v, range) / range). Transparency, be it an alpha channel, of a
 * palette or one colour that stands for "transparent" (tRNS), is mixed with `background`.
 *
 * @throws DataError when the file is damaged (checksums are checked)
 */
export function decodePng(bytes: Uint8Array, options: DecodePngOptions = {}): DecodedImage {
  const name = options.name ?? 'PNG data';
  checkHeader(bytes, name);
  const plain = isInterlacedBelowBytes(bytes) ? withoutInterlacing(bytes, name) : bytes;
  let samples: Samples;
  try {
    samples = samplesOf(decode(plain, { checkCrc: true }));
  } catch (error) {
    // zlib's message may be empty, and what stands before it ends in a colon.
    throw new DataError(`${name}: the PNG is damaged (${messageOf(error).replace(/:\s*$/, '')}).`);
  }
  return compose(samples, options);
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

/** An image's samples as they are stored, pixel by pixel. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Uint16Array;
  /** Of a pixel: 1 or 3 colours, and one more where there is alpha. */
  readonly channels: number;
  /** The largest value that a sample can have. */
  readonly top: number;
  /** The one colour that means "transparent". */
  readonly key: Uint16Array | undefined;
}

function samplesOf(image: DecodedPng): Samples {
  const { data, depth, width, height, transparency: key } = image;
  if (image.palette) {
    const values = convertIndexedToRgb(image);
    return { width, height, values, channels: values.length / (width * height), top: 255, key: undefined };
  }
  const about = { width, height, channels: image.channels, top: 2 ** depth - 1, key };
  if (depth === 16) return { ...about, values: data as Uint16Array };
  return {
    ...about,
    values: depth === 8 ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : unpack(image),
  };
}

/** Grey of 1, 2 or 4 bits: samples packed from the high bits on, each row starting on a byte. */
function unpack({ data, depth, width, height }: DecodedPng): Uint8Array {
  const unpacked = new Uint8Array(width * height);
  const perRow = Math.ceil((width * depth) / 8);
  const top = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      unpacked[y * width + x] = (data[y * perRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & top;
    }
  }
  return unpacked;
}

/** Bytes of the colours, mixed with the background where they are transparent. */
function compose(samples: Samples, { background = 255, range = 65535 }: DecodePngOptions): DecodedImage {
  const { width, height, values, channels, top, key } = samples;
  const colours = channels <= 2 ? 1 : 3;
  const shape = colours === 1 ? [height, width] : [height, width, 3];
  const hasAlpha = channels !== colours;
  // Most images: nothing to do.
  if (!hasAlpha && !key && values instanceof Uint8Array && top === 255) return { dtype: 'uint8', shape, data: values };
  const toByte = byteOf(top, range);
  const data = new Uint8Array(width * height * colours);
  let transparent = false;
  let highest = 0;
  for (let from = 0, to = 0; to < data.length; from += channels, to += colours) {
    let alpha = hasAlpha ? values[from + colours]! / top : 1;
    if (key && isKey(values, from, key)) alpha = 0;
    if (alpha < 1) transparent = true;
    for (let c = 0; c < colours; c++) {
      const value = values[from + c]!;
      if (alpha > 0 && value > highest) highest = value;
      data[to + c] = alpha === 1 ? toByte(value) : Math.round(alpha * toByte(value) + (1 - alpha) * background);
    }
  }
  return {
    dtype: 'uint8',
    shape,
    data,
    ...(transparent && { transparent }),
    ...(top === 65535 && { highest }),
  };
}

function byteOf(top: number, range: number): (value: number) => number {
  if (top === 255) return (value) => value;
  if (top < 255) return (value) => (value * 255) / top;
  if (range === 65535) return (value) => value >> 8;
  return (value) => Math.round((255 * Math.min(value, range)) / range);
}

function isKey(values: Uint8Array | Uint16Array, at: number, key: Uint16Array): boolean {
  for (let c = 0; c < key.length; c++) if (values[at + c] !== key[c]) return false;
  return true;
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
