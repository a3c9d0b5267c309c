import type { AsyncBuffer } from 'hyparquet';
import { csvOptionsFor } from '../table/table-name.ts';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/index.ts';
import { TableCsvReader, checkRatio, decodeParquet, readParquetHeader } from '../../io/index.ts';
import type { CsvOptions, Table } from '../../io/index.ts';
import type { ResolveContext } from '../context.ts';
import { sourceOf } from './file-bytes.ts';

/** How much of a file ranks hand around at once. */
const piecesBytes = 2 ** 22;
/** Rows of a piece of CSV, about; a piece of Parquet is one of its row groups. */
const pieceRows = 2 ** 14;

/** A table's file piece by piece, in order. @throws DataError naming the file and the line */
export function streamTable(path: string, options: CsvOptions, context: ResolveContext = {}): AsyncGenerator<Table> {
  return path.toLowerCase().endsWith('.parquet') ? streamParquet(path, context) : streamCsv(path, options, context);
}

async function* streamCsv(path: string, options: CsvOptions, context: ResolveContext): AsyncGenerator<Table> {
  const reader = new TableCsvReader({ ...csvOptionsFor(path, options), name: path });
  for await (const bytes of readPieces(path, context)) {
    reader.write(bytes);
    if (reader.rowCount >= pieceRows) yield reader.take();
  }
  const last = reader.end();
  if (last.rowCount > 0) yield last;
}

async function* readPieces(path: string, context: ResolveContext): AsyncGenerator<Uint8Array> {
  const file = context.ranks ? readableByRanks(path, context) : createReadStream(path, { highWaterMark: 2 ** 19 });
  const source: Readable = path.toLowerCase().endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let unpacked = 0;
  try {
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      unpacked += piece.length;
      checkRatio(path, unpacked, file.bytesRead);
      yield piece;
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read (${(error as Error).message}).`);
  } finally {
    file.destroy();
  }
}

/** A file that ranks read together, as a stream. */
function readableByRanks(path: string, context: ResolveContext): Readable & { bytesRead: number } {
  const source = sourceOf(path, context);
  const readable = Object.assign(Readable.from(pieces()), { bytesRead: 0 });
  return readable;

  function* pieces(): Generator<Uint8Array> {
    for (let start = 0; start < source.size; start += piecesBytes) {
      const bytes = source.read(start, piecesBytes);
      readable.bytesRead += bytes.length;
      yield bytes;
    }
  }
}

async function* streamParquet(path: string, context: ResolveContext): AsyncGenerator<Table> {
  const file = context.ranks ? bufferByRanks(path, context) : await fileBuffer(path);
  const { rowGroups } = await readParquetHeader(file, { name: path });
  let start = 0;
  for (const rows of rowGroups) {
    yield await decodeParquet(file, { name: path, rows: { start, end: start + rows } });
    start += rows;
  }
}

async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { asyncBufferFromFile } = await import('hyparquet');
  return asyncBufferFromFile(path);
}

function bufferByRanks(path: string, context: ResolveContext): AsyncBuffer {
  const source = sourceOf(path, context);
  return {
    byteLength: source.size,
    slice: (start, end = source.size) => {
      const from = start < 0 ? source.size + start : start;
      return source.read(from, end - from).slice().buffer;
    },
  };
}
