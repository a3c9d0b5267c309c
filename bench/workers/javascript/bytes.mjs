import { readFileSync } from 'node:fs';

/** The bytes of an input file. Pages have bytes.page.mjs in its place. */
export function readBytes(path) {
  return new Uint8Array(readFileSync(path));
}
