import { csvOptionsFor } from '../table/table-name.ts';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/index.ts';
import { TableCsvReader, checkRatio, decodeParquet, readParquetHeader } from '../../io/index.ts';
import type { CsvOptions, Table } from '../../io/index.ts';

/** Rows of a piece of CSV, about; a piece of Parquet is one of its row groups. */
const pieceRows = 2 ** 14;

/** A table's file piece by piece, in order. @throws DataError naming the file and the line */
export function streamTable(path: string, options: CsvOptions): AsyncGenerator<Table> {
  return path.toLowerCase().endsWith('.parquet') ? streamParquet(path) : streamCsv(path, options);
}

async function* streamCsv(path: string, options: CsvOptions): AsyncGenerator<Table> {
  const reader = new TableCsvReader({ ...csvOptionsFor(path, options), name: path });
  for await (const bytes of readPieces(path)) {
    reader.write(bytes);
    if (reader.rowCount >= pieceRows) yield reader.take();
  }
  const last = reader.end();
  if (last.rowCount > 0) yield last;
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 2 ** 19 });
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

async function* streamParquet(path: string): AsyncGenerator<Table> {
  const { asyncBufferFromFile } = await import('hyparquet');
  const file = await asyncBufferFromFile(path);
  const { rowGroups } = await readParquetHeader(file, { name: path });
  let start = 0;
  for (const rows of rowGroups) {
    yield await decodeParquet(file, { name: path, rows: { start, end: start + rows } });
    start += rows;
  }
}
