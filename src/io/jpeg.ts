import factory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { DataError } from '../core/index.ts';
import { copyBytes, messageOf } from './bytes.ts';
import type { ByteArray } from './bytes.ts';
import { decodeCmykJpeg } from './cmyk-jpeg.ts';
import { largestKept, startCodec } from './emscripten-codec.ts';
import type { Codec } from './emscripten-codec.ts';
import { readImageHeader } from './image-header.ts';
import { keptCoefficients } from './jpeg-memory.ts';
import { checkImageSize } from './limits.ts';
import type { DecodeImageOptions } from './limits.ts';

/** A coded block of 8 × 8 pixels takes at least one bit: a size beyond that is a damaged file, not an allocation. */
const maximumPixelsPerByte = 8 * 64;

/** What libjpeg says of files that lost nothing. */
const harmless = /extraneous bytes before marker|unknown JFIF revision|unknown Adobe color transform/i;

export type JpegDecoder = (bytes: Uint8Array, options?: DecodeImageOptions) => Promise<ByteArray>;

/**
 * A decoder of JPEG images (libjpeg in WebAssembly): baseline and progressive, grey, RGB and CMYK (`decodeCmykJpeg`), as bytes of shape
 * [height, width] or [height, width, 3], turned as their EXIF orientation says.
 *
 * @param wasm the compiled codec; browsers fetch it themselves
 * @returns throws DataError for arithmetic coding, and for damaged or truncated files
 */
export function createJpegDecoder(wasm?: WebAssembly.Module): JpegDecoder {
  const complaints: string[] = [];
  const start = (): Promise<Codec> =>
    startCodec(factory, { file: 'mozjpeg_dec.wasm', wasm, printErr: (line) => complaints.push(line) });

  let ready: Promise<Codec> | undefined;
  const decodeOne: JpegDecoder = async (bytes, options = {}) => {
    const name = options.name ?? 'JPEG data';
    const { width, height, colors } = readImageHeader(bytes, { name });
    if (![1, 3, 4].includes(colors)) {
      throw new DataError(`${name}: a JPEG of ${colors} colours; grey, RGB and CMYK are read. Convert it to RGB.`);
    }
    if (width * height > maximumPixelsPerByte * bytes.length) {
      throw new DataError(`${name}: claims ${width}×${height} pixels in ${bytes.length} bytes: the JPEG is damaged.`);
    }
    checkImageSize(name, { width, height, bytesPerPixel: 4, kept: keptBytes(colors, bytes, name) }, options);
    if (colors === 4) return decodeCmykJpeg(bytes, name);
    const codec = await (ready ??= start());
    complaints.length = 0;
    let image: ImageData | null;
    try {
      image = codec.decode(copyBytes(bytes, 0, bytes.length).buffer, true);
      if (!image) throw new Error('Decoding error');
    } catch (error) {
      // An exit leaves libjpeg's memory as it was: begin anew with the next image.
      ready = undefined;
      throw new DataError(`${name}: the JPEG is damaged or unsupported (${complaints[0] ?? messageOf(error)}).`);
    }
    if (image.data.length > largestKept) ready = undefined;
    const problem = complaints.find((line) => !harmless.test(line));
    if (problem !== undefined) throw new DataError(`${name}: the JPEG is damaged (${problem.trim()}).`);
    if (image.width * image.height !== width * height) {
      throw new DataError(`${name}: the JPEG is damaged (it has other sides than its header says).`);
    }
    return {
      dtype: 'uint8',
      shape: colors === 1 ? [image.height, image.width] : [image.height, image.width, 3],
      data: withoutAlpha(image.data, colors),
    };
  };

  // One at a time: what libjpeg prints belongs to the image under way.
  let last: Promise<unknown> = Promise.resolve();
  return (bytes, options) => {
    const result = last.then(() => decodeOne(bytes, options));
    last = result.catch(() => undefined);
    return result;
  };
}

/** Bytes for each pixel besides the RGBA that libjpeg's build gives: coefficients of 16 bits; the decoder of CMYK always has some. */
function keptBytes(colors: number, bytes: Uint8Array, name: string): number {
  const coefficients = 2 * keptCoefficients(bytes, name);
  return colors === 4 ? 4 : coefficients;
}

/** RGBA without A, in the same memory; grey images have it in all three, and a smaller one. */
function withoutAlpha(rgba: Uint8ClampedArray, colors: number): Uint8Array {
  const size = (rgba.length / 4) * colors;
  const result = colors === 1 ? new Uint8Array(size) : new Uint8Array(rgba.buffer, rgba.byteOffset, size);
  for (let i = 0, to = 0; i < rgba.length; i += 4) {
    for (let c = 0; c < colors; c++) result[to++] = rgba[i + c]!;
  }
  return result;
}
