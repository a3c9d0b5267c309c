import { crc32c } from './crc32.ts';

/**
 * A record of TensorFlow's record files: its length (8 bytes) and the masked CRC-32C of that, the bytes, and theirs; all little-endian. A file
 * is any number of them one after another, so that one can be appended at any time.
 */
export function tfRecord(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(crc32c(bytes)), true);
  return record;
}

/** So that the checksum of what holds checksums is none of them. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
