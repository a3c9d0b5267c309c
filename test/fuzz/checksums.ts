import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';

// Checksums that fit the damage before them: without, nearly every damaged file is refused by its checksum alone.

/** A PNG whose chunks, as far as they can be followed, have the checksums of what they hold. */
export function mendPng(bytes: Uint8Array): Uint8Array {
  const mended = Uint8Array.from(bytes);
  const view = new DataView(mended.buffer);
  for (let at = 8; at + 12 <= mended.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > mended.length) break;
    view.setUint32(end, crc32(mended.subarray(at + 4, end)));
    at = end + 4;
  }
  return mended;
}

/** A gzip file with the checksum and length of what it unpacks to, if it does. */
export function mendGzip(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f) return bytes;
  const mended = Uint8Array.from(bytes);
  try {
    const contents = unpacked(() => gunzipSync(mended, { maxOutputLength: 2 ** 20 }));
    if (!contents || mended.length < 18) return mended;
    const view = new DataView(mended.buffer);
    view.setUint32(mended.length - 8, crc32(contents), true);
    view.setUint32(mended.length - 4, contents.length, true);
  } catch {
    return mended;
  }
  return mended;
}

/** A zip archive whose directory has the checksums and lengths of what its members unpack to. */
export function mendZip(bytes: Uint8Array): Uint8Array {
  const mended = Uint8Array.from(bytes);
  const view = new DataView(mended.buffer);
  for (let at = 0; at + 46 <= mended.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    const [packed, offset] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    if (offset + 30 > mended.length) continue;
    const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    const stored = mended.subarray(start, start + packed);
    const isDeflated = view.getUint16(at + 10, true) === 8;
    const contents = isDeflated ? unpacked(() => inflateRawSync(stored, { maxOutputLength: 2 ** 20 })) : stored;
    if (!contents) continue;
    view.setUint32(at + 16, crc32(contents), true);
    view.setUint32(at + 24, contents.length, true);
  }
  return mended;
}

function unpacked(unpack: () => Uint8Array): Uint8Array | undefined {
  try {
    return unpack();
  } catch {
    return undefined;
  }
}
