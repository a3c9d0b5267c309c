import { existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { fileSize } from '../../io/node/index.ts';
import { listDatasets, makeBuiltinDataset } from '../builtin.ts';
import { defaultMemoryLimit } from '../context.ts';
import type { ResolveContext } from '../context.ts';
import { idxFileNames } from '../idx-files.ts';
import { isAnyImageName, isImageName } from '../images/listing.ts';
import { checkOptions } from '../source.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { readArrayFile } from './array-file.ts';
import { filesBelow } from './files-below.ts';
import { idxPathsIn, isIdxFolder, readIdxFolder } from './idx-folder.ts';
import { readImageFiles, readImageFolder } from './image-folder.ts';
import { downloadedPaths, readDownloadedDataset } from './mnist.ts';
import { isLargeTable, isTableFile, readTableFile } from './table-file.ts';

/**
 * The data set that a user names: a built-in name; a folder in MNIST's IDX layout; a folder of PNG, JPEG or WebP
 * images, or one such image for a trained model; an NPY or NPZ file; or a table in CSV, TSV or Parquet. (A folder whose name is also a built-in name is written `./name`.)
 *
 * @param options what the data are: `config.json` keeps it
 * @param context what they are for, and how this machine gets at them
 * @throws DataError listing what there is and what can be read; ValueError for an option that the source does not take
 */
export async function resolveDataset(
  source: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  const builtin = makeBuiltinDataset(source, options);
  if (builtin) return builtin;
  if (listDatasets().some(({ name }) => name === source)) checkOptions(source, options, []);
  const downloaded = await readDownloadedDataset(source, context);
  if (downloaded) return downloaded;
  checkSource(source);
  return statSync(source).isDirectory() ? readFolder(source, options, context) : readFile(source, options, context);
}

/** Whether there are data of that name or path at all. @throws DataError listing what there is and what can be read */
export function checkSource(source: string): void {
  if (listDatasets().some(({ name }) => name === source) || existsSync(source)) return;
  throw new DataError(`${source}: no such data set, folder or file. ${whatThereIs()}`);
}

async function readFolder(source: string, options: DatasetOptions, context: ResolveContext): Promise<DatasetSplits> {
  if (isIdxFolder(source)) {
    checkOptions(source, options, []);
    return readIdxFolder(source, {}, context);
  }
  if (filesBelow(source).some(isAnyImageName)) return readImageFolder(source, options, context);
  throw new DataError(`${source}: holds neither IDX files nor PNG, JPEG or WebP images. ${whatThereIs()}`);
}

async function readFile(source: string, options: DatasetOptions, context: ResolveContext): Promise<DatasetSplits> {
  const extension = extname(source).toLowerCase();
  if (extension === '.npy' || extension === '.npz') return readArrayFile(source, options, context);
  if (isTableFile(source)) return readTableFile(source, options, context);
  if (isAnyImageName(source)) return readImageFiles([source], options, context);
  throw new DataError(`${source}: is a file of a kind that is not read. ${whatThereIs()}`);
}

/**
 * The files that `resolveDataset` reads from end to end for a source; none where that is drawn by code, stays on disk
 * (`context.memoryLimit`), or is nothing that it could read: it says then what is wrong.
 */
export function wholeFilesOf(source: string, context: ResolveContext = {}): string[] {
  if (listDatasets().some(({ name }) => name === source)) return downloadedPaths(source, context) ?? [];
  if (!existsSync(source)) return [];
  const { memoryLimit = defaultMemoryLimit } = context;
  if (!statSync(source).isDirectory()) {
    if (isTableFile(source)) return isLargeTable(source, context) ? [] : [source];
    return /\.np[yz]$/i.test(source) && fileSize(source) <= memoryLimit ? [source] : [];
  }
  if (isIdxFolder(source)) return idxPathsIn(source);
  const files = filesBelow(source).filter(isImageName);
  const paths = files.map((path) => join(source, path));
  const total = paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  return total <= memoryLimit ? paths : [];
}

function whatThereIs(): string {
  const names = listDatasets().map(({ name }) => `'${name}'`);
  const { train, test } = idxFileNames;
  return (
    `Built in: ${names.join(', ')}. Read are a folder of PNG, JPEG or WebP images; a .npy or .npz file; a table (.csv, .tsv, .parquet); and a folder of IDX files, ` +
    `which must contain ${train.images}[.gz] (and may contain ${[train.labels, test.images, test.labels].join(', ')}).`
  );
}
