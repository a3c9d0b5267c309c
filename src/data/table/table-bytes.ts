import { decodeParquet, gunzipIfNeeded, parseTableCsv } from '../../io/index.ts';
import type { CsvOptions, Table } from '../../io/index.ts';
import { csvOptionsFor, tableExtension } from './table-name.ts';

/** A table from the bytes of a CSV, TSV (either gzip-compressed or not) or Parquet file. @throws DataError that names the file */
export async function decodeTable(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  options: CsvOptions = {},
): Promise<Table> {
  if (tableExtension(name) === '.parquet') return decodeParquet(bytes, { name });
  return parseTableCsv(gunzipIfNeeded(bytes, { name }), { ...csvOptionsFor(name, options), name });
}
