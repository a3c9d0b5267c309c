import factory from '@jsquash/webp/codec/dec/webp_dec.js';
import { DataError } from '../core/index.ts';
import { copyBytes, messageOf } from './bytes.ts';
import type { DecodedImage } from './bytes.ts';
import { largestKept, startCodec } from './emscripten-codec.ts';
import type { Codec } from './emscripten-codec.ts';
import { readImageHeader } from './image-header.ts';
import { checkImageSize } from './limits.ts';
import type { DecodeImageOptions } from './limits.ts';

/** Beyond that a size is a damaged file, not an allocation; an image of one colour takes some 60 bytes a million pixels. */
const maximumPixelsPerByte = 2 ** 16;

export interface DecodeWebpOptions extends DecodeImageOptions {
  /** The grey, 0 to 255, behind transparent pixels; default 255, white. */
  readonly background?: number;
}

export type WebpDecoder = (bytes: Uint8Array, options?: DecodeWebpOptions) => Promise<DecodedImage>;

/**
 * A decoder of WebP images (libwebp in WebAssembly): lossy and lossless, as RGB bytes [height, width, 3], transparent pixels mixed with
 * `background`.
 *
 * @param wasm the compiled codec; browsers fetch it themselves
 * @returns throws DataError for animations, and for damaged or truncated files
 */
export function createWebpDecoder(wasm?: WebAssembly.Module): WebpDecoder {
  let ready: Promise<Codec> | undefined;
  return async (bytes, options = {}) => {
    const { name = 'WebP data', background = 255 } = options;
    const { width, height } = readImageHeader(bytes, { name });
    if (width * height > maximumPixelsPerByte * bytes.length) {
      throw new DataError(`${name}: claims ${width}×${height} pixels in ${bytes.length} bytes: the WebP is damaged.`);
    }
    checkImageSize(name, { width, height, bytesPerPixel: 4 }, options);
    const codec = await (ready ??= startCodec(factory, { file: 'webp_dec.wasm', wasm }));
    let image: ImageData | null;
    try {
      image = codec.decode(copyBytes(bytes, 0, bytes.length).buffer);
      if (!image) throw new Error('Decoding error');
    } catch (error) {
      throw new DataError(`${name}: the WebP is damaged or truncated (${messageOf(error)}).`);
    }
    if (image.data.length > largestKept) ready = undefined;
    if (image.width !== width || image.height !== height) {
      throw new DataError(`${name}: the WebP is damaged (it has other sides than its header says).`);
    }
    return flatten(image, background);
  };
}

/** RGBA mixed with the background, in the same memory. */
function flatten({ data: rgba, width, height }: ImageData, background: number): DecodedImage {
  const data = new Uint8Array(rgba.buffer, rgba.byteOffset, width * height * 3);
  let transparent = false;
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3]! / 255;
    if (alpha < 1) transparent = true;
    for (let c = 0; c < 3; c++) data[to++] = Math.round(alpha * rgba[from + c]! + (1 - alpha) * background);
  }
  return { dtype: 'uint8', shape: [height, width, 3], data, ...(transparent && { transparent }) };
}
