import type { CsvOptions } from '../../io/index.ts';

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
