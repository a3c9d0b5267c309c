import { localData } from '#local-data';
import { checkOptions, rule } from '../../core/index.ts';
import type { WriteTableOptions } from '../../data/node/index.ts';
import type { Table } from '../../io/index.ts';

/** Whether a path's ending says that a table is, or is to be, in it: `.csv`, `.tsv` or `.parquet`. */
export function isTablePath(path: string): boolean {
  return /\.(csv|tsv|parquet)$/i.test(path);
}

/** A table from a CSV, TSV or Parquet file. @throws DataError that names the file */
export async function readTable(path: string): Promise<Table> {
  const { readTable: read } = await localData();
  return read(path);
}

export type { WriteTableOptions };

/**
 * Writes a table as its path's ending says: CSV, TSV or Parquet.
 *
 * @param options.formulas what becomes of text that a spreadsheet would run: `guard` (the default) writes an apostrophe
 *   before it, which `readTable` takes away again; `keep` writes it as it is
 * @throws ValueError for another ending
 */
export async function writeTable(path: string, table: Table, options: WriteTableOptions = {}): Promise<void> {
  checkOptions('writeTable', options, { formulas: rule.oneOf(['guard', 'keep']) });
  const { writeTable: write } = await localData();
  await write(path, table, options);
}
