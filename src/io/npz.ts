import { DataError } from '../core/index.ts';
import { entriesOf } from './bytes.ts';
import type { DecodeOptions, StoredArray } from './bytes.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import type { NpyArray } from './npy.ts';
import { byteSourceOf, readZipDirectory, unzipEntry, zip } from './zip.ts';
import type { ByteSource, ZipEntry } from './zip.ts';

const extension = '.npy';

/** The members of an NPZ archive by the names of their arrays. @throws DataError when it is none */
export function readNpzDirectory(source: ByteSource): Map<string, ZipEntry> {
  const members = new Map<string, ZipEntry>();
  for (const entry of readZipDirectory(source)) {
    if (!entry.name.endsWith(extension)) {
      throw new DataError(`${source.name}: holds '${entry.name}'; an NPZ archive holds ${extension} files only.`);
    }
    members.set(entry.name.slice(0, -extension.length), entry);
  }
  return members;
}

/** One array of an NPZ archive. @throws DataError as `decodeNpy` does */
export function decodeNpzMember(member: ZipEntry, source: ByteSource): NpyArray {
  return decodeNpy(unzipEntry(member, source), { name: `${source.name}: '${member.name}'` });
}

/** The arrays of an NPZ archive (`numpy.savez`, `savez_compressed`) by name. @throws DataError as `decodeNpy` does */
export function decodeNpz(bytes: Uint8Array, options: DecodeOptions = {}): Map<string, NpyArray> {
  const source = byteSourceOf(bytes, options.name ?? 'NPZ data');
  return new Map([...readNpzDirectory(source)].map(([name, member]) => [name, decodeNpzMember(member, source)]));
}

/** An NPZ archive, compressed unless told otherwise. */
export function encodeNpz(
  arrays: ReadonlyMap<string, StoredArray> | Readonly<Record<string, StoredArray>>,
  options: { readonly compress?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  return zip(new Map(entriesOf(arrays).map(([name, array]) => [name + extension, encodeNpy(array)])), options);
}
