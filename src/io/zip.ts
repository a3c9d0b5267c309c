import { inflateSync, zipSync } from 'fflate';
import { DataError } from '../core/index.ts';
import { copyBytes, decodeText, messageOf, viewOf } from './bytes.ts';
import type { DecodeOptions } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { checkUnpackedSize } from './gzip.ts';

// Written here and not left to fflate's `unzipSync`, which allocates what a damaged file claims, loops over as many
// entries as it claims, and checks no CRC.

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

/**
 * The files in a zip archive (stored or deflated, up to 4 GB, not encrypted), checked against their CRC-32.
 *
 * @throws DataError for anything else
 */
export function unzip(bytes: Uint8Array, options: DecodeOptions = {}): Map<string, Uint8Array<ArrayBuffer>> {
  const archive = options.name ?? 'zip data';
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of readDirectory(bytes, archive)) {
    if (files.has(entry.name)) throw new DataError(`${archive}: holds '${entry.name}' twice.`);
    files.set(entry.name, unpack(entry, bytes, archive));
  }
  return files;
}

function readDirectory(bytes: Uint8Array, archive: string): Entry[] {
  const view = viewOf(bytes);
  const damaged = (what: string): DataError =>
    new DataError(`${archive}: not a zip archive, or a damaged one: ${what}.`);
  let end = bytes.length - 22;
  const last = Math.max(0, end - 0xffff);
  while (end >= last && view.getUint32(end, true) !== endSignature) end--;
  if (end < last) throw damaged('no end record');
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== centralSignature) throw damaged(`no directory entry ${i}`);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    if (at + 46 + lengths[0] > end) throw damaged(`directory entry ${i} is truncated`);
    if (view.getUint16(at + 8, true) & 1) throw new DataError(`${archive}: is encrypted, which is not supported.`);
    entries.push({
      name: decodeText(bytes.subarray(at + 46, at + 46 + lengths[0]), archive),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

function unpack(entry: Entry, bytes: Uint8Array, archive: string): Uint8Array<ArrayBuffer> {
  const { name, method, packed, unpacked, offset } = entry;
  const where = `${archive}: '${name}'`;
  const view = viewOf(bytes);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== localSignature) {
    throw new DataError(`${where} is not where the directory says. The archive is damaged.`);
  }
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length)
    throw new DataError(`${where} runs beyond the end of the archive: it is truncated.`);
  let contents: Uint8Array<ArrayBuffer>;
  if (method === 0) {
    contents = copyBytes(bytes, start, start + packed);
  } else if (method === 8) {
    checkUnpackedSize(where, unpacked, packed);
    try {
      contents = inflateSync(bytes.subarray(start, start + packed), { out: new Uint8Array(unpacked) });
    } catch (error) {
      throw new DataError(`${where}: the compressed data is damaged (${messageOf(error)}).`);
    }
  } else {
    throw new DataError(`${where}: compression method ${method} is not supported (stored and deflate are).`);
  }
  if (contents.length !== unpacked || crc32(contents) !== entry.checksum) {
    throw new DataError(`${where}: checksum or length does not match. The archive is damaged.`);
  }
  return contents;
}

/** A zip archive of `files`; without time stamps of now, so equal contents give equal archives. */
export function zip(
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly compress?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  return zipSync(Object.fromEntries(files), {
    level: (options.compress ?? true) ? 6 : 0,
    mtime: '1980-01-01T12:00:00',
  });
}
