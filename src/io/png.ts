import { encode } from 'fast-png';
import { DataError, formatShape } from '../core/index.ts';
import { checkedSize, viewOf } from './bytes.ts';
import type { ByteArray, DecodedImage } from './bytes.ts';
import type { DecodeImageOptions } from './limits.ts';
import { paletteColor, pngDamage, readPngParts } from './png-chunks.ts';
import type { Damaged, PngHeader, PngParts } from './png-chunks.ts';
import { pixelRows } from './png-pixels.ts';

export interface DecodePngOptions extends DecodeImageOptions {
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
  const parts = readPngParts(bytes, name, options);
  const damaged = pngDamage(name);
  return compose(samplesOf(pixelRows(parts.packed, parts.header, damaged), parts, damaged), options);
}

/** An image's samples, pixel by pixel; those of a palette looked up. */
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

function samplesOf(rows: Uint8Array<ArrayBuffer>, parts: PngParts, damaged: Damaged): Samples {
  const { width, height, depth, color, channels } = parts.header;
  const values = depth < 8 ? unpack(rows, parts.header) : depth === 8 ? rows : wordsOf(rows);
  if (color === paletteColor) return { width, height, ...lookUp(values, parts, damaged), top: 255, key: undefined };
  const key = parts.transparency && channels % 2 === 1 ? readKey(parts.transparency, channels, damaged) : undefined;
  return { width, height, values, channels, top: 2 ** depth - 1, key };
}

/** Samples of 1, 2 or 4 bits: packed from the high bits on, each row starting on a byte. */
function unpack(rows: Uint8Array, { width, height, depth }: PngHeader): Uint8Array {
  const unpacked = new Uint8Array(width * height);
  const perRow = Math.ceil((width * depth) / 8);
  const top = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      unpacked[y * width + x] = (rows[y * perRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & top;
    }
  }
  return unpacked;
}

/** Samples of 16 bits, the higher byte first in the file, in the memory that they are in. */
function wordsOf(rows: Uint8Array<ArrayBuffer>): Uint16Array {
  for (let at = 0; at < rows.length; at += 2) [rows[at], rows[at + 1]] = [rows[at + 1]!, rows[at]!];
  return new Uint16Array(rows.buffer, rows.byteOffset, rows.length / 2);
}

/** The colours of a palette's numbers, with their alpha where it has any. */
function lookUp(
  numbers: Uint8Array | Uint16Array,
  { palette, transparency }: PngParts,
  damaged: Damaged,
): Pick<Samples, 'values' | 'channels'> {
  if (!palette || palette.length === 0 || palette.length % 3 !== 0) throw damaged('it has no palette');
  const colors = palette.length / 3;
  if (transparency && transparency.length > colors) throw damaged('more alpha values than colours');
  const channels = transparency ? 4 : 3;
  const values = new Uint8Array(numbers.length * channels);
  for (let i = 0, to = 0; i < numbers.length; i++, to += channels) {
    const number = numbers[i]!;
    if (number >= colors) throw damaged(`colour ${number} of a palette of ${colors}`);
    for (let c = 0; c < 3; c++) values[to + c] = palette[3 * number + c]!;
    if (transparency) values[to + 3] = transparency[number] ?? 255;
  }
  return { values, channels };
}

function readKey(transparency: Uint8Array, colors: number, damaged: Damaged): Uint16Array {
  if (transparency.length !== 2 * colors) throw damaged(`a transparent colour of ${transparency.length} bytes`);
  const view = viewOf(transparency);
  return Uint16Array.from({ length: colors }, (_, c) => view.getUint16(2 * c));
}

/** Bytes of the colours, mixed with the background where they are transparent. */
function compose(samples: Samples, { background = 255, range = 65535 }: DecodePngOptions): DecodedImage {
  const { width, height, values, channels, top, key } = samples;
  const colors = channels <= 2 ? 1 : 3;
  const shape = colors === 1 ? [height, width] : [height, width, 3];
  const hasAlpha = channels !== colors;
  // Most images: nothing to do.
  if (!hasAlpha && !key && values instanceof Uint8Array && top === 255) return { dtype: 'uint8', shape, data: values };
  const toByte = byteOf(top, range);
  const data = new Uint8Array(width * height * colors);
  let transparent = false;
  let highest = 0;
  for (let from = 0, to = 0; to < data.length; from += channels, to += colors) {
    let alpha = hasAlpha ? values[from + colors]! / top : 1;
    if (key && isKey(values, from, key)) alpha = 0;
    if (alpha < 1) transparent = true;
    for (let c = 0; c < colors; c++) {
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
