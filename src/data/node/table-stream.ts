import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../core/index.ts';
import { CsvTableBuilder, decodeParquet, readParquetHeader, sniffDelimiter, tableOf } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';

/** Rows of a piece of CSV; a piece of Parquet is one of its row groups. */
const pieceRows = 2 ** 14;
/** Text in which the delimiter is looked for. */
const sniffedText = 2 ** 16;

/** A table's file piece by piece, in order. @throws DataError naming the file and the line */
export function streamTable(path: string): AsyncGenerator<Table> {
  return path.toLowerCase().endsWith('.parquet') ? streamParquet(path) : streamCsv(path);
}

async function* streamCsv(path: string): AsyncGenerator<Table> {
  let builder: CsvTableBuilder | undefined;
  let rows: string[][] = [];
  let head = '';
  const take = (): Table => {
    const piece = pieceOf(builder?.names ?? [], rows);
    rows = [];
    return piece;
  };
  const begin = (): CsvTableBuilder => {
    const delimiter = /\.tsv(\.gz)?$/i.test(path) ? '\t' : sniffDelimiter(head);
    const begun = new CsvTableBuilder({ name: path, delimiter, plainNumbers: true });
    begun.onRow = (fields) => rows.push(fields);
    begun.write(head);
    return begun;
  };
  for await (const text of readText(path)) {
    if (builder) builder.write(text);
    else {
      head += text;
      if (head.length >= sniffedText) builder = begin();
    }
    if (rows.length >= pieceRows) yield take();
  }
  builder ??= begin();
  builder.end();
  if (rows.length > 0) yield take();
}

function pieceOf(names: readonly string[], rows: readonly string[][]): Table {
  return tableOf(names.map((name, index) => ({ name, values: rows.map((row) => row[index] ?? '') })));
}

async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const file = createReadStream(path, { highWaterMark: 2 ** 20 });
  const source: Readable = path.toLowerCase().endsWith('.gz') ? file.pipe(createGunzip()) : file;
  try {
    for await (const bytes of source as AsyncIterable<Uint8Array>) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw new DataError(`${path}: cannot be read as UTF-8 text (${(error as Error).message}).`);
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
