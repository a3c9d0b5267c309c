import { DataError } from '../core/index.ts';
import { byteSourceOf } from '../io/index.ts';
import { arrayFileOf } from './arrays/array-source.ts';
import { arraySplits } from './arrays/array-splits.ts';
import type { ResolveContext } from './node/context.ts';
import type { DatasetOptions, DatasetSplits } from './source.ts';
import { decodeTable, tableExtension } from './table/table-bytes.ts';
import { csvPart, readLike, tableSplits } from './table/table-dataset.ts';

/**
 * The examples in files that a user picked or dropped: a table (CSV, TSV, Parquet), or an array (NPY, NPZ). They are read into
 * memory; their names take the place of paths.
 *
 * @throws DataError saying what can be read
 */
export async function resolveFiles(
  input: File | readonly File[],
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const files = input instanceof Blob ? [input] : input;
  const [file, ...others] = files;
  if (!file) throw new DataError('data: no file was given.');
  if (others.length === 0) {
    const { name } = file;
    if (/\.np[yz]$/i.test(name)) {
      return arraySplits(arrayFileOf(byteSourceOf(await bytesOf(file), name)), options, context);
    }
    if (tableExtension(name) !== undefined) {
      const { schema, ...rest } = options;
      if (typeof schema === 'string') throw new DataError(`${name}: give the schema itself, not its path.`);
      const how = { ...rest, ...(schema && { schema }), source: name, like: context.like };
      const bytes = await bytesOf(file);
      const table = await readLike((csv) => decodeTable(bytes, name, csv), csvPart(options), context.like);
      return tableSplits(table, how);
    }
  }
  throw new DataError(
    `${file.name}${others.length > 0 ? ` and ${others.length} more` : ''}: files of a kind that is not read. ` +
      'Read are one table (.csv, .tsv, .parquet), or one .npy or .npz file; images go in as an array of their pixels.',
  );
}

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}
