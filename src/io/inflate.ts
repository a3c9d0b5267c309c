import { Inflate } from 'fflate';
import { DataError } from '../core/index.ts';
import { messageOf } from './bytes.ts';

// Deflate can shrink by a factor of 1032, so a small file can claim, and produce, any amount. What is produced is bounded here for
// all formats that are packed: PNG, gzip, zip (so NPZ), and by the same rule Parquet and WebP.

/** Deflate cannot shrink by more than this factor; a size beyond it is a damaged file, not an allocation. */
const maximumRatio = 1032;
/** Whatever a file unpacks to up to here is taken, whatever its ratio. */
export const freelyUnpacked = 2 ** 28;
/** Beyond that, data of use shrink by less: a real table or array that shrinks more is best unpacked by its owner. */
export const usualRatio = 256;
/** Packed bytes that are unpacked at once: at most 66 MB of contents. */
const pieceBytes = 2 ** 16;
/** Packed bytes behind the last one needed that are looked at: for a writer's empty blocks. */
const afterBytes = 2 ** 12;

/** Packed bytes in a row that may give nothing: beyond the stream's end all do, and each piece of them is copied with those before it. */
export const idleBytes = 2 ** 18;

/**
 * Refuses a claimed unpacked size before anything is allocated for it: one that `packed` bytes of deflate cannot hold, and one that
 * only files made to fill memory have.
 *
 * @throws DataError
 */
export function checkUnpackedSize(name: string, unpacked: number, packed: number): void {
  if (unpacked > maximumRatio * packed + 64) {
    throw new DataError(
      `${name}: claims ${unpacked} bytes in ${packed} compressed bytes, more than deflate can hold. The file is damaged.`,
    );
  }
  checkRatio(name, unpacked, packed);
}

/** As `checkUnpackedSize`, for any codec. @throws DataError */
export function checkRatio(name: string, unpacked: number, packed: number): void {
  if (unpacked <= freelyUnpacked || unpacked <= usualRatio * packed) return;
  throw new DataError(
    `${name}: unpacks to ${unpacked} bytes from ${packed}, more than ${usualRatio} to 1 and more than ${freelyUnpacked / 2 ** 20} MiB: ` +
      'files made to fill memory do so. If it is yours, unpack it with another program first.',
  );
}

/**
 * The contents of a raw deflate stream (RFC 1951), which must be `size` bytes: no more are ever produced, but for those of one
 * piece. What follows the stream is ignored.
 *
 * @throws Error that says what is wrong
 */
export function inflateExactly(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size > maximumRatio * packed.length + 64) throw new Error(`${packed.length} packed bytes cannot hold ${size}`);
  const out = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((piece) => {
    if (length + piece.length > size) throw new Error(`it unpacks to more than ${size} bytes`);
    out.set(piece, length);
    length += piece.length;
  });
  let [filled, filledAt] = [0, 0];
  for (let at = 0; at < packed.length && length < size;) {
    if (length > filled) [filled, filledAt] = [length, at];
    else if (at - filledAt > idleBytes) break;
    // As many bytes as cannot hold more than what is left, but for small ends.
    const step = Math.min(pieceBytes, Math.max(2 ** 10, Math.ceil((size - length) / maximumRatio)));
    stream.push(packed.subarray(at, at + step));
    at += step;
    if (length === size) stream.push(packed.subarray(at, at + afterBytes));
  }
  if (length < size) throw new Error(`it unpacks to ${length} of ${size} bytes`);
  return out;
}

/** The contents of a zlib stream (RFC 1950), without its checksum. @throws Error as `inflateExactly` does */
export function unzlibExactly(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const [method = 0, flags = 0] = packed;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0 || flags & 32) {
    throw new Error('no zlib header');
  }
  return inflateExactly(packed.subarray(2), size);
}

/** Why unpacking failed. */
export function reasonOf(error: unknown): string {
  // fflate's message may be empty, and what stands before it ends in a colon.
  return messageOf(error).replace(/:\s*$/, '') || 'no deflate data';
}
