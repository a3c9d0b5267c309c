import { zipSync } from 'fflate';
import { DataError } from '../core/index.ts';
import { copyBytes, decodeText, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { checkRatio, checkUnpackedSize, inflateExactly, reasonOf } from './inflate.ts';

// Written here and not left to fflate's `unzipSync`, which allocates what a damaged file claims, loops over as many
// entries as it claims, and checks no CRC.

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50, local: 0x04034b50 };
/** The record at the end of an archive without its comment, and the one before it that says where the long one is. */
const [endBytes, locatorBytes] = [22, 20];
/** The record before a member's contents, without its name. */
const localBytes = 30;
/** No directory is longer: some 200,000 members. */
const directoryLimit = 2 ** 24;

/** Bytes that are read piece by piece: those of a file, or of memory. */
export interface ByteSource {
  /** How they are called in messages. */
  readonly name: string;
  readonly size: number;
  /** `length` bytes from `start` on, or as many as there are. */
  read(start: number, length: number): Uint8Array;
}

/** A file in a zip archive, as the archive's directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored; 8: deflated. */
  readonly method: number;
  /** CRC-32 of the contents. */
  readonly checksum: number;
  readonly packed: number;
  readonly unpacked: number;
  /** Where its local header begins. */
  readonly offset: number;
}

export function byteSourceOf(bytes: Uint8Array, name: string): ByteSource {
  return { name, size: bytes.length, read: (start, length) => bytes.subarray(start, start + length) };
}

/**
 * The directory of a zip archive (stored or deflated, zip64 or not, not encrypted), which stands at its end.
 *
 * @throws DataError for anything else
 */
export function readZipDirectory(source: ByteSource): ZipEntry[] {
  const { name: archive } = source;
  const { start, end, count } = findDirectory(source);
  const bytes = source.read(start, end - start);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry) {
      throw damaged(archive, `no directory entry ${i}`);
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const [nameEnd, extraEnd] = [at + 46 + lengths[0], at + 46 + lengths[0] + lengths[1]];
    if (extraEnd > bytes.length) throw damaged(archive, `directory entry ${i} is truncated`);
    if (view.getUint16(at + 8, true) & 1) throw new DataError(`${archive}: is encrypted, which is not supported.`);
    const name = decodeText(bytes.subarray(at + 46, nameEnd), archive);
    if (entries.has(name)) throw new DataError(`${archive}: holds '${name}' twice.`);
    const short = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const long = longFields(short, bytes.subarray(nameEnd, extraEnd));
    if (!long) throw damaged(archive, `directory entry ${i} has no sizes`);
    const [unpacked, packed, offset] = long as [number, number, number];
    const [method, checksum] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    entries.set(name, { name, method, checksum, packed, unpacked, offset });
    at = extraEnd + lengths[2];
  }
  checkEntries([...entries.values()], source, start);
  return [...entries.values()];
}

/**
 * Members lie one after another before the directory, and unpack to no more than files of use do: archives of few bytes that unpack
 * to many have members that share theirs, or very many of them.
 */
function checkEntries(entries: readonly ZipEntry[], { name, size }: ByteSource, directory: number): void {
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
  let total = 0;
  for (const [index, { name: member, offset, packed, unpacked }] of inOrder.entries()) {
    total += unpacked;
    const next = inOrder[index + 1];
    if (offset + localBytes + packed > (next?.offset ?? directory)) {
      throw damaged(name, `'${member}' overlaps ${next ? `'${next.name}'` : 'the directory'}`);
    }
  }
  checkRatio(name, total, size);
}

function damaged(archive: string, what: string): DataError {
  return new DataError(`${archive}: not a zip archive, or a damaged one: ${what}.`);
}

/** Where the directory begins, where it must have ended, and how many entries it has. */
function findDirectory(source: ByteSource): { start: number; end: number; count: number } {
  const { name: archive, size } = source;
  const tailStart = Math.max(0, size - endBytes - 0xffff - locatorBytes);
  const tail = source.read(tailStart, size - tailStart);
  const view = viewOf(tail);
  let end = tail.length - endBytes;
  const last = Math.max(0, end - 0xffff);
  while (end >= last && view.getUint32(end, true) !== signatures.end) end--;
  if (end < last) throw damaged(archive, 'no end record');
  const short = { start: view.getUint32(end + 16, true), end: tailStart + end, count: view.getUint16(end + 10, true) };
  const locator = end - locatorBytes;
  const isLong = locator >= 0 && view.getUint32(locator, true) === signatures.locator64;
  const directory = isLong ? readLongEnd(source, Number(view.getBigUint64(locator + 8, true))) : short;
  const length = directory.end - directory.start;
  if (length < 0) throw damaged(archive, 'the directory begins behind its end');
  if (length > directoryLimit) throw damaged(archive, `a directory of ${length} bytes`);
  return directory;
}

/** The end record of zip64, which stands between the directory and the short one. */
function readLongEnd(source: ByteSource, at: number): { start: number; end: number; count: number } {
  const view = viewOf(at < source.size ? source.read(at, 56) : new Uint8Array(0));
  if (view.byteLength < 56 || view.getUint32(0, true) !== signatures.end64) {
    throw damaged(source.name, 'no zip64 end record');
  }
  return { start: Number(view.getBigUint64(48, true)), end: at, count: Number(view.getBigUint64(32, true)) };
}

/** Fields of 32 bits, those that are too short for their value from the extra field of zip64, which holds just these in order. */
function longFields(short: readonly number[], extra: Uint8Array): number[] | undefined {
  if (!short.includes(0xffffffff)) return [...short];
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      if (end > extra.length || field + 8 * short.filter((value) => value === 0xffffffff).length > end)
        return undefined;
      return short.map((value) => (value === 0xffffffff ? Number(view.getBigUint64((field += 8) - 8, true)) : value));
    }
    at = end;
  }
  return undefined;
}

/**
 * Where the bytes of `entry` begin in the archive; `packed` of them are there.
 *
 * @throws DataError when they are not, or cannot be what the directory says
 */
export function locateZipEntry(entry: ZipEntry, source: ByteSource): number {
  const { method, packed, unpacked, offset } = entry;
  const where = `${source.name}: '${entry.name}'`;
  const view = viewOf(offset + 30 <= source.size ? source.read(offset, 30) : new Uint8Array(0));
  if (view.byteLength < 30 || view.getUint32(0, true) !== signatures.local) {
    throw new DataError(`${where} is not where the directory says. The archive is damaged.`);
  }
  const start = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + packed > source.size) {
    throw new DataError(`${where} runs beyond the end of the archive: it is truncated.`);
  }
  if (method === 8) checkUnpackedSize(where, unpacked, packed);
  else if (method !== 0) {
    throw new DataError(`${where}: compression method ${method} is not supported (stored and deflate are).`);
  } else if (packed !== unpacked) throw mismatch(entry, source);
  return start;
}

/** What is said when the contents of `entry` cannot be read. */
export function damagedZipEntry(entry: ZipEntry, source: ByteSource, error: unknown): DataError {
  return new DataError(`${source.name}: '${entry.name}': the compressed data is damaged (${reasonOf(error)}).`);
}

function mismatch(entry: ZipEntry, source: ByteSource): DataError {
  return new DataError(`${source.name}: '${entry.name}': checksum or length does not match. The archive is damaged.`);
}

/** @throws DataError unless contents of this length and CRC-32 are those of `entry` */
export function checkZipContents(
  entry: ZipEntry,
  source: ByteSource,
  found: { readonly length: number; readonly checksum: number },
): void {
  if (found.length !== entry.unpacked || found.checksum !== entry.checksum) throw mismatch(entry, source);
}

/** The contents of `entry`, checked against its CRC-32. @throws DataError when they are damaged */
export function unzipEntry(entry: ZipEntry, source: ByteSource): Uint8Array<ArrayBuffer> {
  const { method, packed, unpacked } = entry;
  const bytes = source.read(locateZipEntry(entry, source), packed);
  let contents: Uint8Array<ArrayBuffer>;
  try {
    contents = method === 0 ? copyBytes(bytes, 0, bytes.length) : inflateExactly(bytes, unpacked);
  } catch (error) {
    throw damagedZipEntry(entry, source, error);
  }
  checkZipContents(entry, source, { length: contents.length, checksum: crc32(contents) });
  return contents;
}

/** Every file in a zip archive, by name. @throws DataError when it is no zip archive or is damaged */
export function unzip(source: ByteSource): Map<string, Uint8Array<ArrayBuffer>> {
  const entries = readZipDirectory(source).filter(({ name }) => !name.endsWith('/'));
  return new Map(entries.map((entry) => [entry.name, unzipEntry(entry, source)]));
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
