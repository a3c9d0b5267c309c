import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DecodedImage } from '../bytes.ts';
import { readImageHeader } from '../image-header.ts';
import { createJpegDecoder } from '../jpeg.ts';
import type { JpegDecoder } from '../jpeg.ts';
import { decodePng } from '../png.ts';
import type { DecodePngOptions } from '../png.ts';
import type { WebpDecoder } from '../webp.ts';
import { readFileBytes } from './files.ts';

let jpeg: JpegDecoder | undefined;
let webp: WebpDecoder | undefined;

/** A codec of an installed package: Node cannot fetch files. */
function codec(path: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve(path)));
}

function jpegDecoder(): JpegDecoder {
  return (jpeg ??= createJpegDecoder(codec('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')));
}

/** Loaded with the first WebP file: few have any. */
async function webpDecoder(): Promise<WebpDecoder> {
  const { createWebpDecoder } = await import('../webp.ts');
  return (webp ??= createWebpDecoder(codec('@jsquash/webp/codec/dec/webp_dec.wasm')));
}

/**
 * A PNG, JPEG or WebP file as bytes [height, width] for grey or [height, width, 3] for RGB; the contents decide, not the name.
 *
 * @throws DataError naming the file, as `decodePng`, `createJpegDecoder` and `createWebpDecoder` say
 */
export async function readImageFile(path: string, options: Omit<DecodePngOptions, 'name'> = {}): Promise<DecodedImage> {
  const bytes = readFileBytes(path);
  const given = { ...options, name: path };
  const { format } = readImageHeader(bytes, given);
  if (format === 'png') return decodePng(bytes, given);
  return format === 'jpeg' ? jpegDecoder()(bytes, given) : (await webpDecoder())(bytes, given);
}
