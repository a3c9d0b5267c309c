import { DataError } from '../core/index.ts';
import { viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';

/** What an image file says of itself before its pixels. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg';
  /** As shown: with the EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  /** Colours stored: 1 grey, 3 RGB (palettes too), 4 CMYK. An alpha channel does not count. */
  readonly colours: number;
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @throws DataError when the bytes are neither PNG nor JPEG, or end before the header does */
export function readImageHeader(bytes: Uint8Array, options: DecodeOptions = {}): ImageHeader {
  const name = options.name ?? 'image data';
  if (pngSignature.every((value, index) => bytes[index] === value)) return readPngHeader(bytes, name);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return readJpegHeader(bytes, name);
  const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new DataError(`${name}: neither a PNG nor a JPEG image: it starts with ${found === '' ? 'nothing' : found}.`);
}

function readPngHeader(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length < 33) throw new DataError(`${name}: the PNG is truncated (${bytes.length} bytes).`);
  const view = viewOf(bytes);
  const colourType = bytes[25]!;
  return {
    format: 'png',
    ...checkedSides(view.getUint32(16), view.getUint32(20), name),
    colours: colourType === 0 || colourType === 4 ? 1 : 3,
  };
}

function checkedSides(width: number, height: number, name: string): { width: number; height: number } {
  if (width === 0 || height === 0) throw new DataError(`${name}: the header says ${width}×${height} pixels.`);
  return { width, height };
}

/** Walks the segments up to the start of frame, which has the size; EXIF stands before it. */
function readJpegHeader(bytes: Uint8Array, name: string): ImageHeader {
  const view = viewOf(bytes);
  const truncated = (): DataError => new DataError(`${name}: the JPEG is truncated or damaged before its size.`);
  let turned = false;
  let at = 2;
  for (;;) {
    // Any number of fill bytes may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined || at + 4 > bytes.length) throw truncated();
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2) throw truncated();
    const startOfFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (startOfFrame) {
      if (at + 10 > bytes.length) throw truncated();
      const sides = checkedSides(view.getUint16(at + 7), view.getUint16(at + 5), name);
      const { width, height } = turned ? { width: sides.height, height: sides.width } : sides;
      return { format: 'jpeg', width, height, colours: bytes[at + 9]! };
    }
    if (marker === 0xe1) turned ||= exifOrientation(bytes.subarray(at + 4, end)) >= 5;
    at = end;
  }
}

/** The orientation 1 to 8 of an EXIF segment (CIPA DC-008, tag 0x0112); 1 where it is absent. From 5 on, sides swap. */
function exifOrientation(segment: Uint8Array): number {
  const signature = [0x45, 0x78, 0x69, 0x66, 0, 0];
  if (segment.length < 14 || signature.some((value, index) => segment[index] !== value)) return 1;
  const tiff = segment.subarray(6);
  const view = viewOf(tiff);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little);
  }
  return 1;
}
