import type { Table } from '../io/index.ts';

/** Whether a path's ending says that a table is, or is to be, in it: `.csv`, `.tsv` or `.parquet`. */
export function isTablePath(path: string): boolean {
  return /\.(csv|tsv|parquet)$/i.test(path);
}

/** A table from a CSV, TSV or Parquet file. @throws DataError that names the file */
export async function readTable(path: string): Promise<Table> {
  const { readTable: read } = await import('../data/node/index.ts');
  return read(path);
}

/** Writes a table as its path's ending says: CSV, TSV or Parquet. @throws ValueError for another ending */
export async function writeTable(path: string, table: Table): Promise<void> {
  const { writeTable: write } = await import('../data/node/index.ts');
  await write(path, table);
}
