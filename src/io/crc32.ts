/** Eight tables, so that the loop takes eight bytes a turn (Intel's "slicing by 8"). @param polynomial with its bits reversed */
function makeTables(polynomial: number): readonly Uint32Array[] {
  const first = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    first[n] = value;
  }
  const all = [first];
  for (let k = 1; k < 8; k++) {
    all.push(Uint32Array.from(all[k - 1]!, (value) => (value >>> 8) ^ first[value & 255]!));
  }
  return all;
}

const ofIeee = makeTables(0xedb88320);
let ofCastagnoli: readonly Uint32Array[] | undefined;

/** CRC-32 (IEEE 802.3) as gzip, zip and PNG use it: an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array): number {
  return checksum(bytes, ofIeee);
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), as TensorFlow's record files use it: an unsigned 32-bit integer. */
export function crc32c(bytes: Uint8Array): number {
  return checksum(bytes, (ofCastagnoli ??= makeTables(0x82f63b78)));
}

function checksum(bytes: Uint8Array, tables: readonly Uint32Array[]): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = -1;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}
