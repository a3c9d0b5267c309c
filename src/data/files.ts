import { DataError } from '../core/index.ts';
import { byteSourceOf } from '../io/index.ts';
import type { Table } from '../io/index.ts';
import { arrayFileOf } from './arrays/array-source.ts';
import { arraySplits, gappyArray } from './arrays/array-dataset.ts';
import type { GappyArray } from './arrays/array-dataset.ts';
import type { ResolveContext } from './context.ts';
import { hasIdxFiles, idxFilesIn, idxSplits } from './idx-files.ts';
import { isAnyImageName } from './images/listing.ts';
import { fileBytes, pickedFiles } from './picked-files.ts';
import type { FileInput, PickedFiles } from './picked-files.ts';
import { checkOptions } from './source.ts';
import type { DatasetOptions, DatasetSplits } from './source.ts';
import { tableExtension } from './table/table-name.ts';
import { csvPart, readLike, tableSplits } from './table/table-dataset.ts';

/**
 * The examples in files that a user picked or dropped: images (PNG, JPEG, WebP), a table (CSV, TSV, Parquet), an array (NPY, NPZ), or
 * files in MNIST's layout. They are read into memory; their names take the place of paths.
 *
 * @throws DataError saying what can be read
 */
export async function resolveFiles(
  input: FileInput,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const picked = await pickedFiles(input);
  const paths = [...picked.files.keys()];
  const [path = ''] = paths;
  const file = picked.files.get(path);
  if (file && paths.length === 1) {
    if (/\.np[yz]$/i.test(path)) {
      return arraySplits(arrayFileOf(byteSourceOf(await fileBytes(file, path), path)), options, context);
    }
    if (tableExtension(path) !== undefined) return readTable(file, path, { options, context });
  }
  const has = (name: string): boolean => picked.files.has(name);
  if (hasIdxFiles({ has })) {
    checkOptions(picked.folder ?? 'MNIST files', options, []);
    return readIdxFiles(picked, has);
  }
  if (paths.some(isAnyImageName)) {
    // Its codecs are fetched by those who have images.
    const { readPickedImages } = await import('./images/picked-images.ts');
    return readPickedImages(picked, options, context);
  }
  throw new DataError(
    `${path}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}: files of a kind that is not read. ` +
      'Read are PNG, JPEG and WebP images; one table (.csv, .tsv, .parquet); one .npy or .npz file; and the IDX files of MNIST.',
  );
}

async function readTable(
  file: File,
  name: string,
  { options, context }: { readonly options: DatasetOptions; readonly context: ResolveContext },
): Promise<DatasetSplits> {
  const { schema, ...rest } = options;
  if (typeof schema === 'string') throw new DataError(`${name}: give the schema itself, not its path.`);
  const how = {
    ...rest,
    ...(schema && { schema }),
    source: name,
    like: context.like,
    trainsOn: context.trainsOn,
    condition: context.condition,
  };
  return tableSplits(await decodeFile(file, name, { options, context }), how);
}

async function decodeFile(
  file: File,
  name: string,
  { options, context }: { readonly options: DatasetOptions; readonly context: ResolveContext },
): Promise<Table> {
  const bytes = await fileBytes(file, name);
  // What a page fetches only where somebody picks a table.
  const { decodeTable } = await import('./table/table-bytes.ts');
  return readLike((csv) => decodeTable(bytes, name, csv), csvPart(options), context.like);
}

/** The table in a file that a user picked, cells as they are. @throws DataError for several files, or one that is no table's */
export async function pickedTable(input: FileInput, context: ResolveContext = {}): Promise<Table> {
  const { files } = await pickedFiles(input);
  const [[name, file] = []] = [...files];
  if (!file || name === undefined || files.size > 1 || tableExtension(name) === undefined) {
    throw new DataError(`${name ?? 'files'}: expected one table (.csv, .tsv, .parquet).`);
  }
  return decodeFile(file, name, { options: {}, context });
}

async function readIdxFiles({ folder, files }: PickedFiles, has: (name: string) => boolean): Promise<DatasetSplits> {
  const bytes = new Map<string, Uint8Array>();
  for (const name of idxFilesIn({ has })) bytes.set(name, await fileBytes(files.get(name)!, name));
  return idxSplits({ folder: folder ?? 'idx', has, nameOf: (name) => name, read: (name) => bytes.get(name)! });
}

/** The examples in an NPY or NPZ file that a user picked, with NaN where a value is missing (`gappyArray`). */
export async function gappyFile(input: FileInput, context: ResolveContext): Promise<GappyArray> {
  const { files } = await pickedFiles(input);
  const [[name, file] = []] = [...files];
  if (!file || name === undefined || files.size > 1 || !/\.np[yz]$/i.test(name)) {
    throw new DataError(`${name ?? 'files'}: expected one array (.npy, .npz).`);
  }
  return gappyArray(arrayFileOf(byteSourceOf(await fileBytes(file, name), name)), context);
}
