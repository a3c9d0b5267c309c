import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { damagedZipEntry, locateZipEntry } from '../zip.ts';
import type { ByteSource, ZipEntry } from '../zip.ts';

const pieceBytes = 2 ** 18;

/**
 * The contents of `entry` of a zip file piece by piece. Their checksum is left to the reader (`checkZipContents`).
 *
 * @param source the file, by `fileSource`
 * @throws DataError when the compressed data is damaged
 */
export async function* readZipEntry(entry: ZipEntry, source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = locateZipEntry(entry, source);
  if (entry.packed === 0) return;
  const file = createReadStream(source.name, { start, end: start + entry.packed - 1, highWaterMark: pieceBytes });
  // The error, if any, comes out of the stream that is read here.
  const contents =
    entry.method === 0 ? file : pipeline(file, createInflateRaw({ chunkSize: pieceBytes }), () => undefined);
  try {
    yield* contents as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw damagedZipEntry(entry, source, error);
  } finally {
    file.destroy();
  }
}
