import { DataError } from '../core/index.ts';
import { viewOf } from './bytes.ts';

/** Encoders make about ten; every one costs a pass over all blocks, and takes a few bytes only where it says nothing. */
const mostScans = 100;

/**
 * What of a JPEG is kept until its last scan, in coefficients for each pixel: those of all components where it is progressive or its
 * components come one after the other, else none.
 *
 * @throws DataError for more scans than any encoder makes: such a file is made to take long
 */
export function keptCoefficients(bytes: Uint8Array, name: string): number {
  const view = viewOf(bytes);
  let scans = 0;
  let frame: Frame | undefined;
  let isKept = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) {
      // Pixels, fill bytes, or markers that stand alone: on to the next byte that may begin one.
      const next = bytes.indexOf(0xff, at + 1);
      if (next < 0) break;
      at = next;
      continue;
    }
    if (marker === 0xd9) break;
    if (marker >= 0xc0 && marker <= 0xc2) frame ??= readFrame(bytes.subarray(at + 4), marker === 0xc2);
    if (marker === 0xda) {
      if (++scans > mostScans) {
        throw new DataError(`${name}: a JPEG of more than ${mostScans} scans: it is damaged, or made to take long.`);
      }
      isKept ||= frame !== undefined && (frame.isProgressive || bytes[at + 4]! < frame.components);
    }
    at += 2 + view.getUint16(at + 2);
  }
  return isKept ? (frame?.samples ?? 0) : 0;
}

interface Frame {
  readonly isProgressive: boolean;
  readonly components: number;
  /** Of all components, for each pixel of the image. */
  readonly samples: number;
}

/** @param segment after its length: precision, height, width, then three bytes a component */
function readFrame(segment: Uint8Array, isProgressive: boolean): Frame {
  const components = segment[5] ?? 0;
  const factors = Array.from({ length: components }, (_, k) => segment[7 + 3 * k] ?? 0);
  const areas = factors.map((factor) => (factor >> 4) * (factor & 15));
  const largest =
    Math.max(1, ...factors.map((factor) => factor >> 4)) * Math.max(1, ...factors.map((factor) => factor & 15));
  return { isProgressive, components, samples: areas.reduce((sum, area) => sum + area, 0) / largest };
}
