import { DataError } from '../core/index.ts';
import { viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { isPng } from './png-chunks.ts';

/** What an image file says of itself before its pixels. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** As shown: with the EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  /** Colours stored: 1 grey, 3 RGB (palettes too), 4 CMYK. An alpha channel does not count. */
  readonly colors: number;
  /** Whether its samples have 16 bits. */
  readonly deep?: true;
}

export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** @throws DataError when the bytes are no image that is read (saying what they are instead), or end before the header does */
export function readImageHeader(bytes: Uint8Array, options: DecodeOptions = {}): ImageHeader {
  const name = options.name ?? 'image data';
  if (isPng(bytes)) return readPngHeader(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpegHeader(bytes, name);
  if (isWebp(bytes)) return readWebpHeader(bytes, name);
  throw new DataError(`${name}: ${whatElse(bytes)}`);
}

/** Other files by their first bytes (`?` is any). */
const otherFormats: readonly (readonly [start: string, what: string])[] = [
  ['GIF8', 'a GIF image'],
  ['BM', 'a BMP image'],
  ['II*\0', 'a TIFF image'],
  ['MM\0*', 'a TIFF image'],
  ['????ftypavi', 'an AVIF image'],
  ['????ftyphei', 'an HEIC image'],
  ['????ftypmif1', 'an HEIC image'],
  ['\0\0\0\x0cjP', 'a JPEG 2000 image'],
  ['\xff\x0a', 'a JPEG XL image'],
  ['\0\0\x01\0', 'an icon (ICO)'],
  ['8BPS', 'a Photoshop file'],
  ['%PDF', 'a PDF file'],
  ['<svg', 'an SVG drawing'],
];

function whatElse(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty.';
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  const known = otherFormats.find(([start]) =>
    Array.from(start).every((char, at) => char === '?' || char === text[at]),
  );
  if (known) return `${known[1]}, which is not read. Convert it to PNG.`;
  const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `neither a PNG, a JPEG nor a WebP image: it starts with ${found}.`;
}

function readPngHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length < 33) throw new DataError(`${name}: the PNG is truncated (${bytes.length} bytes).`);
  const view = viewOf(bytes);
  const colorType = bytes[25]!;
  return {
    format: 'png',
    ...checkedSides(view.getUint32(16), view.getUint32(20), name),
    colors: colorType === 0 || colorType === 4 ? 1 : 3,
    ...(bytes[24] === 16 && { deep: true }),
  };
}

function isWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP');
}

/** A WebP file begins with one of three chunks (RFC 9649): lossy, lossless, or a canvas that others follow. */
function readWebpHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length < 30) throw new DataError(`${name}: the WebP is truncated (${bytes.length} bytes).`);
  const view = viewOf(bytes);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  const about = { format: 'webp' as const, colors: 3 };
  if (kind === 'VP8 ') {
    return { ...about, ...checkedSides(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff, name) };
  }
  if (kind === 'VP8L') {
    const packed = view.getUint32(21, true);
    return { ...about, ...checkedSides((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1, name) };
  }
  if (kind !== 'VP8X') throw new DataError(`${name}: the WebP begins with a chunk '${kind}': it is damaged.`);
  if (bytes[20]! & 2) throw new DataError(`${name}: an animated WebP, which is no single image.`);
  const side = (at: number): number => (view.getUint32(at, true) & 0xffffff) + 1;
  return { ...about, ...checkedSides(side(24), (view.getUint32(26, true) >>> 8) + 1, name) };
}

function checkedSides(width: number, height: number, name: string): { width: number; height: number } {
  if (width === 0 || height === 0) throw new DataError(`${name}: the header says ${width}×${height} pixels.`);
  return { width, height };
}

function readJpegHeader(bytes: Uint8Array, name: string): ImageHeader {
  const { colors, orientation, ...sides } = readJpegSegments(bytes, name);
  const { width, height } = orientation < 5 ? sides : { width: sides.height, height: sides.width };
  return { format: 'jpeg', width, height, colors };
}

/** What stands in a JPEG before its pixels. */
export interface JpegSegments {
  /** As stored. */
  readonly width: number;
  readonly height: number;
  readonly colors: number;
  /** EXIF's, 1 to 8. */
  readonly orientation: number;
  /** Of Adobe's segment: 0 CMYK or RGB, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform?: number;
}

/** Walks the segments up to the start of frame, which has the size; EXIF stands before it. */
export function readJpegSegments(bytes: Uint8Array, name: string): JpegSegments {
  const view = viewOf(bytes);
  const truncated = (): DataError => new DataError(`${name}: the JPEG is truncated or damaged before its size.`);
  let orientation = 1;
  let adobeTransform: number | undefined;
  let at = 2;
  for (;;) {
    // Any number of fill bytes may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    // Those of a restart, and TEM, stand alone; the image's start and end have no place here.
    if (bytes[at] === 0xff && (marker === 0x01 || (marker! >= 0xd0 && marker! <= 0xd7))) {
      at += 2;
      continue;
    }
    if (bytes[at] !== 0xff || marker === undefined || marker === 0xd8 || marker === 0xd9 || at + 4 > bytes.length) {
      throw truncated();
    }
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2) throw truncated();
    const startOfFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (startOfFrame) {
      if (at + 10 > bytes.length) throw truncated();
      const sides = checkedSides(view.getUint16(at + 7), view.getUint16(at + 5), name);
      const about = { ...sides, colors: bytes[at + 9]!, orientation };
      return { ...about, ...(adobeTransform !== undefined && { adobeTransform }) };
    }
    const segment = bytes.subarray(at + 4, end);
    if (marker === 0xe1 && orientation === 1) orientation = exifOrientation(segment);
    if (marker === 0xee && startsWith(segment, 'Adobe') && segment.length >= 12) adobeTransform = segment[11];
    at = end;
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Array.from(text).every((char, at) => bytes[at] === char.charCodeAt(0));
}

/** The orientation 1 to 8 of an EXIF segment (CIPA DC-008, tag 0x0112); 1 where it is absent. From 5 on, sides swap. */
function exifOrientation(segment: Uint8Array): number {
  if (segment.length < 14 || !startsWith(segment, 'Exif\0\0')) return 1;
  const tiff = segment.subarray(6);
  const view = viewOf(tiff);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const orientation = view.getUint16(entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}
