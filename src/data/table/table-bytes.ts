import { decodeParquet, gunzipIfNeeded, parseTableCsv } from '../../io/index.ts';
import type { CsvOptions, Table } from '../../io/index.ts';

export const tableExtensions: readonly string[] = ['.csv', '.tsv', '.parquet'];

/** The ending of a table's file that says how it is written (`.csv.gz` counts as `.csv`), or `undefined`. */
export function tableExtension(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/\.(csv|tsv)\.gz$/, '.$1');
  return tableExtensions.find((extension) => plain.endsWith(extension));
}

/** What a file's name says of how its text is read, beside what is told. */
export function csvOptionsFor(name: string, options: CsvOptions): CsvOptions {
  return tableExtension(name) === '.tsv' ? { delimiter: '\t', ...options } : options;
}

/** A table from the bytes of a CSV, TSV (either gzip-compressed or not) or Parquet file. @throws DataError that names the file */
export async function decodeTable(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  options: CsvOptions = {},
): Promise<Table> {
  if (tableExtension(name) === '.parquet') return decodeParquet(bytes, { name });
  return parseTableCsv(gunzipIfNeeded(bytes, { name }), { ...csvOptionsFor(name, options), name });
}
