// The codecs' files of the installed packages: Node cannot fetch them. Pages have image-codecs.page.ts: package.json, `imports`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const files = {
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
} as const;

/** What decodes a format, compiled; `undefined` where it is fetched. */
export function compiledCodec(format: keyof typeof files): WebAssembly.Module | undefined {
  return new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve(files[format])));
}
