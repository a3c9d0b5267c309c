import { extname } from 'node:path';
import { ValueError } from '../../core/index.ts';
import { decodeParquet, encodeParquet, formatTableCsv, gunzipIfNeeded, parseTableCsv } from '../../io/index.ts';
import type { CsvOptions, FormatTableOptions, Table } from '../../io/index.ts';
import { fileSize, readFileBytes, readFileJson, writeFileAtomic } from '../../io/node/index.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { SchemaOverrides } from '../table/infer.ts';
import { csvPart, tableSplits } from '../table/table-dataset.ts';
import { defaultMemoryLimit } from './context.ts';
import type { ResolveContext } from './context.ts';
import { readLargeTable } from './large-table.ts';
import { csvOptionsFor } from './table-stream.ts';

/** About how many bytes of memory one byte of a file of text, or of a compressed one, takes while it is read. */
const bytesInMemory = { text: 4, packed: 20 };
const tableExtensions = ['.csv', '.tsv', '.parquet'];

/** The extension that says how a table is written (`.csv.gz` counts as `.csv`), or `undefined`. */
function tableExtension(path: string): string | undefined {
  const plain = path.toLowerCase().replace(/\.(csv|tsv)\.gz$/, '.$1');
  return tableExtensions.find((extension) => extname(plain) === extension);
}

export function isTableFile(path: string): boolean {
  return tableExtension(path) !== undefined;
}

/** A table from a CSV, TSV (either gzip-compressed or not) or Parquet file. @throws DataError that names the file */
export async function readTable(path: string, options: CsvOptions = {}): Promise<Table> {
  const bytes = readFileBytes(path);
  if (tableExtension(path) === '.parquet') return decodeParquet(bytes, { name: path });
  return parseTableCsv(gunzipIfNeeded(bytes, { name: path }), { ...csvOptionsFor(path, options), name: path });
}

export type WriteTableOptions = Pick<FormatTableOptions, 'formulas'>;

/** Writes a table as a whole or not at all; the extension says how. @throws ValueError for another extension */
export async function writeTable(path: string, table: Table, options: WriteTableOptions = {}): Promise<void> {
  const extension = tableExtension(path);
  if (extension === undefined || path.endsWith('.gz')) {
    throw new ValueError(`${path}: a table is written as ${tableExtensions.join(', ')}.`);
  }
  writeFileAtomic(
    path,
    extension === '.parquet'
      ? await encodeParquet(table)
      : formatTableCsv(table, { ...options, delimiter: extension === '.tsv' ? '\t' : ',' }),
  );
}

/** A table's file as training and test examples (`tableSplits`). */
export async function readTableFile(
  path: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const { schema, ...rest } = options;
  const overrides = typeof schema === 'string' ? (readFileJson(schema) as SchemaOverrides) : schema;
  const how = { ...rest, ...(overrides && { schema: overrides }), source: path, like: context.like };
  const bytes = fileSize(path) * bytesInMemory[/\.(parquet|gz)$/i.test(path) ? 'packed' : 'text'];
  return bytes > (context.memoryLimit ?? defaultMemoryLimit)
    ? readLargeTable(path, how, context)
    : tableSplits(await readTable(path, csvPart(options)), how);
}
