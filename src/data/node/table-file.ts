import { ValueError } from '../../core/index.ts';
import { encodeParquet, formatTableCsv } from '../../io/index.ts';
import type { CsvOptions, FormatTableOptions, Table } from '../../io/index.ts';
import { fileSize, readFileJson, writeOutput } from '../../io/node/index.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { SchemaOverrides } from '../table/column-kinds.ts';
import { decodeTable } from '../table/table-bytes.ts';
import { tableExtension, tableExtensions } from '../table/table-name.ts';
import { csvPart, readLike, tableSplits } from '../table/table-dataset.ts';
import { defaultMemoryLimit } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { bytesOf } from './file-bytes.ts';
import { readLargeTable } from './large-table.ts';

/** About how many bytes of memory one byte of a file of text, or of a compressed one, takes while it is read. */
const bytesInMemory = { text: 4, packed: 20 };
export function isTableFile(path: string): boolean {
  return tableExtension(path) !== undefined;
}

/** A table from a CSV, TSV (either gzip-compressed or not) or Parquet file. @throws DataError that names the file */
export async function readTable(
  path: string,
  options: CsvOptions = {},
  context: Pick<ResolveContext, 'files'> = {},
): Promise<Table> {
  return decodeTable(bytesOf(path, context), path, options);
}

/** A table in a file, cells as they are, laid out as a trained model's own file was where that gives its columns. */
export function readTableFor(path: string, { like }: ResolveContext): Promise<Table> {
  return readLike((csv) => readTable(path, csv), {}, like);
}

/** How `writeTable` writes text that a spreadsheet would run. */
export type WriteTableOptions = Pick<FormatTableOptions, 'formulas'>;

/** Writes a table as a whole or not at all; the extension says how. @throws ValueError for another extension */
export async function writeTable(path: string, table: Table, options: WriteTableOptions = {}): Promise<void> {
  const extension = tableExtension(path);
  if (extension === undefined || path.endsWith('.gz')) {
    throw new ValueError(`${path}: a table is written as ${tableExtensions.join(', ')}.`);
  }
  writeOutput(
    path,
    extension === '.parquet'
      ? await encodeParquet(table)
      : formatTableCsv(table, { ...options, ...(extension === '.tsv' && { delimiter: '\t' }) }),
  );
}

/** Whether a table's rows stay on disk. */
export function isLargeTable(path: string, { memoryLimit = defaultMemoryLimit }: ResolveContext): boolean {
  return fileSize(path) * bytesInMemory[/\.(parquet|gz)$/i.test(path) ? 'packed' : 'text'] > memoryLimit;
}

/** A table's file as training and test examples (`tableSplits`). */
export async function readTableFile(
  path: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const { schema, ...rest } = options;
  const overrides = typeof schema === 'string' ? (readFileJson(schema) as SchemaOverrides) : schema;
  const how = {
    ...rest,
    ...(overrides && { schema: overrides }),
    source: path,
    like: context.like,
    trainsOn: context.trainsOn,
    condition: context.condition,
  };
  return isLargeTable(path, context)
    ? readLargeTable(path, how, context)
    : tableSplits(await readLike((csv) => readTable(path, csv, context), csvPart(options), context.like), how);
}
