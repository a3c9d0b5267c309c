import { Readable, pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { damagedZipEntry, locateZipEntry } from '../zip.ts';
import type { ByteSource, ZipEntry } from '../zip.ts';

const pieceBytes = 2 ** 18;

/**
 * The contents of `entry` of a zip file piece by piece. Their checksum is left to the reader (`checkZipContents`).
 *
 * @param source the file, by `fileSource` or as ranks read it
 * @throws DataError when the compressed data is damaged
 */
export async function* readZipEntry(entry: ZipEntry, source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = locateZipEntry(entry, source);
  if (entry.packed === 0) return;
  const file = Readable.from(piecesOf(source, start, start + entry.packed));
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

function* piecesOf(source: ByteSource, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end; at += pieceBytes) {
    const bytes = source.read(at, Math.min(pieceBytes, end - at));
    // A file that has become shorter ends early.
    if (bytes.length === 0) return;
    yield bytes;
  }
}
