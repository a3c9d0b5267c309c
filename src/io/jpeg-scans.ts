import { DataError } from '../core/index.ts';
import { viewOf } from './bytes.ts';

/** Encoders make about ten; every one costs a pass over all blocks, and takes a few bytes only where it says nothing. */
const mostScans = 100;

/** Refuses a JPEG whose decoding is made to take long. @throws DataError for more scans than any encoder makes */
export function checkJpegScans(bytes: Uint8Array, name: string): void {
  const view = viewOf(bytes);
  let scans = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) {
      // Pixels, fill bytes, or markers that stand alone: on to the next byte that may begin one.
      const next = bytes.indexOf(0xff, at + 1);
      if (next < 0) return;
      at = next;
      continue;
    }
    if (marker === 0xd9) return;
    if (marker === 0xda && ++scans > mostScans) {
      throw new DataError(`${name}: a JPEG of more than ${mostScans} scans: it is damaged, or made to take long.`);
    }
    at += 2 + view.getUint16(at + 2);
  }
}
