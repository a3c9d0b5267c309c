import { compiledCodec } from '#image-codecs';
import type { DecodedImage } from './bytes.ts';
import { readImageHeader } from './image-header.ts';
import type { JpegDecoder } from './jpeg.ts';
import { decodePng } from './png.ts';
import type { DecodePngOptions } from './png.ts';
import type { WebpDecoder } from './webp.ts';

let jpeg: Promise<JpegDecoder> | undefined;
let webp: Promise<WebpDecoder> | undefined;

/** Loaded with the first JPEG file: not everybody has any. */
async function jpegDecoder(): Promise<JpegDecoder> {
  const { createJpegDecoder } = await import('./jpeg.ts');
  return createJpegDecoder(compiledCodec('jpeg'));
}

async function webpDecoder(): Promise<WebpDecoder> {
  const { createWebpDecoder } = await import('./webp.ts');
  return createWebpDecoder(compiledCodec('webp'));
}

/**
 * A PNG, JPEG or WebP file as bytes [height, width] for grey or [height, width, 3] for RGB; the contents decide, not the name.
 * Node and pages decode by the same code, to the same bytes.
 *
 * @throws DataError naming the file, as `decodePng`, `createJpegDecoder` and `createWebpDecoder` say
 */
export async function decodeImage(bytes: Uint8Array, options: DecodePngOptions = {}): Promise<DecodedImage> {
  const { format } = readImageHeader(bytes, options);
  if (format === 'png') return decodePng(bytes, options);
  return format === 'jpeg'
    ? (await (jpeg ??= jpegDecoder()))(bytes, options)
    : (await (webp ??= webpDecoder()))(bytes, options);
}
