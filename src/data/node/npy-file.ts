import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import {
  checkZipContents,
  damagedZipEntry,
  decodeNpy,
  decodeNpzMember,
  locateZipEntry,
  readNpyHeader,
  readNpzDirectory,
} from '../../io/index.ts';
import type { ByteSource, NpyHeader, ZipEntry } from '../../io/index.ts';
import { fileSize, readZipEntry } from '../../io/node/index.ts';
import type { ResolveContext } from '../context.ts';
import type { ArrayOnDisk, ArrayPlace } from './array-on-disk.ts';
import { bytesOf, headOf, sourceOf } from './file-bytes.ts';
import { openLargeArray } from './large-array.ts';
import { cachedRecords } from './record-cache.ts';

export function npyFile(path: string, context: ResolveContext = {}): ArrayOnDisk {
  return onDisk({
    path,
    where: path,
    bytes: fileSize(path),
    readHeader: () => readNpyHeader(headOf(path, 2 ** 16, context), { name: path }),
    decode: () => decodeNpy(bytesOf(path, context), { name: path }),
    place: () => Promise.resolve({ path, start: 0 }),
  });
}

/** The arrays of an NPZ archive by name. Nothing but the archive's directory is read. @throws DataError when it is none */
export function npzMembers(path: string, context: ResolveContext = {}): Map<string, ArrayOnDisk> {
  const source = sourceOf(path, context);
  const members = [...readNpzDirectory(source)];
  return new Map(
    members.map(([name, member]) => [
      name,
      onDisk({
        path,
        where: `${path}: '${name}'`,
        bytes: member.unpacked,
        readHeader: () => readMemberHeader(member, source),
        decode: () => decodeNpzMember(member, source),
        place: (context) => placeMember(member, source, context),
      }),
    ]),
  );
}

function onDisk(array: Omit<ArrayOnDisk, 'openLarge'>): ArrayOnDisk {
  return { ...array, openLarge: (options) => openLargeArray(array, options) };
}

function readMemberHeader(member: ZipEntry, source: ByteSource): NpyHeader {
  // Inflated, this is at most 16 MiB; headers take some 128 bytes.
  const packed = source.read(locateZipEntry(member, source), Math.min(member.packed, 2 ** 14));
  let head: Uint8Array = packed;
  try {
    if (member.method === 8) head = inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw damagedZipEntry(member, source, error);
  }
  return readNpyHeader(head, { name: `${source.name}: '${member.name}'` });
}

/**
 * A stored member lies in the archive as it is; a deflated one is unpacked into the cache. Either is checked against its CRC-32
 * once, and again when the archive changes: a file in the cache says that it was.
 */
async function placeMember(member: ZipEntry, source: ByteSource, context: ResolveContext): Promise<ArrayPlace> {
  const start = locateZipEntry(member, source);
  const isStored = member.method === 0;
  const { size, mtimeMs } = statSync(source.name);
  const identity = [1, resolve(source.name), size, mtimeMs, { ...member }];
  const { path } = await cachedRecords({ kind: 'arrays', identity }, context, async (append) => {
    let [length, checksum] = [0, 0];
    for await (const bytes of readZipEntry(member, source)) {
      context.signal?.throwIfAborted();
      length += bytes.length;
      if (length > member.unpacked) break;
      checksum = crc32(bytes, checksum);
      if (!isStored) append(bytes);
      context.onProgress?.({ what: source.name, unit: 'bytes', done: length, total: member.unpacked });
    }
    checkZipContents(member, source, { length, checksum });
    return null;
  });
  return isStored ? { path: source.name, start } : { path, start: 0 };
}
