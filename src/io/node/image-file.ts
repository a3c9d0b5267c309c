import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ByteArray } from '../bytes.ts';
import { readImageHeader } from '../image-header.ts';
import { createJpegDecoder } from '../jpeg.ts';
import type { JpegDecoder } from '../jpeg.ts';
import { decodePng } from '../png.ts';
import { readFileBytes } from './files.ts';

let jpeg: JpegDecoder | undefined;

/** The JPEG decoder with its codec from the installed package: Node cannot fetch files. */
function jpegDecoder(): JpegDecoder {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  return (jpeg ??= createJpegDecoder(new WebAssembly.Module(readFileSync(path))));
}

/**
 * A PNG or JPEG file as bytes [height, width] for grey or [height, width, 3] for RGB; the contents decide, not the name.
 *
 * @throws DataError naming the file, as `decodePng` and `createJpegDecoder` say
 */
export async function readImageFile(path: string, options: { readonly background?: number } = {}): Promise<ByteArray> {
  const bytes = readFileBytes(path);
  const { format } = readImageHeader(bytes, { name: path });
  return format === 'png' ? decodePng(bytes, { ...options, name: path }) : jpegDecoder()(bytes, { name: path });
}
