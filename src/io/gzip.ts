import { gunzipSync, gzipSync } from 'fflate';
import { DataError } from '../core/index.ts';
import { messageOf, viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { crc32 } from './crc32.ts';

/** Deflate cannot shrink by more than this factor; a size beyond it is a damaged file, not an allocation. */
const maximumRatio = 1032;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Refuses a claimed unpacked size that `packed` bytes of deflate cannot hold, before anything is allocated for it. */
export function checkUnpackedSize(name: string, unpacked: number, packed: number): void {
  if (unpacked > maximumRatio * packed + 64) {
    throw new DataError(
      `${name}: claims ${unpacked} bytes in ${packed} compressed bytes, more than deflate can hold. The file is damaged.`,
    );
  }
}

/**
 * The contents of a gzip file of one member, checked against its length and CRC-32.
 *
 * @throws DataError when the file is not gzip, is truncated, or fails its checksum
 */
export function gunzip(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array<ArrayBuffer> {
  const name = options.name ?? 'gzip data';
  if (!isGzip(bytes) || bytes.length < 18) {
    throw new DataError(`${name}: not a gzip file (${bytes.length} bytes, expected the magic bytes 1f 8b).`);
  }
  const view = viewOf(bytes);
  const checksum = view.getUint32(bytes.length - 8, true);
  const size = view.getUint32(bytes.length - 4, true);
  checkUnpackedSize(name, size, bytes.length);
  const out = new Uint8Array(size);
  let unpacked;
  try {
    unpacked = gunzipSync(bytes, { out });
  } catch (error) {
    throw new DataError(`${name}: gzip data is damaged or truncated (${messageOf(error)}).`);
  }
  if (unpacked.length !== size || crc32(unpacked) !== checksum) {
    throw new DataError(
      `${name}: gzip checksum or length does not match: the file is damaged, truncated, or has several members.`,
    );
  }
  return unpacked;
}

/** `bytes` as a gzip file; without a time stamp, so equal contents give equal files. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return gzipSync(bytes, { mtime: 0 });
}

/** `bytes` unpacked when they are gzip, else as they are. */
export function gunzipIfNeeded(bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  return isGzip(bytes) ? gunzip(bytes, options) : bytes;
}
