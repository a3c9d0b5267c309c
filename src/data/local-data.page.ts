// A page has no data by path; Node has local-data.ts in its place.
import type * as local from './node/index.ts';
import { DataError, UnsupportedError } from '../core/index.ts';
import type { DataConfig } from './config.ts';
import { listDatasets, makeBuiltinDataset } from './builtin.ts';
import type { DatasetOptions, DatasetSplits } from './source.ts';

type LocalData = typeof local;

/** @throws UnsupportedError */
export function localData(): Promise<LocalData> {
  return Promise.reject(
    new UnsupportedError('A page has no paths: give the bytes or the File itself, and take results as bytes.'),
  );
}

/** A data set drawn by code. @throws DataError for a path, saying what a page takes instead */
export async function resolveDataset(source: string, options?: DatasetOptions): Promise<DatasetSplits> {
  const drawn = makeBuiltinDataset(source, options);
  if (drawn) return Promise.resolve(drawn);
  const names = listDatasets().flatMap(({ name, download }) => (download === undefined ? [`'${name}'`] : []));
  const isDownload = listDatasets().some(({ name }) => name === source);
  throw new DataError(
    `${source}: ${isDownload ? 'is downloaded in Node only' : 'a page has no data by path'}. ` +
      `Give the files themselves (images, CSV, TSV, Parquet, NPY or NPZ), an array or a table, or one of ${names.join(', ')}, which are drawn by code.`,
  );
}

/** @throws DataError for all but the data drawn by code */
export async function locateSource(source: string): Promise<string> {
  if (listDatasets().some(({ name, download }) => name === source && download === undefined))
    return Promise.resolve(source);
  throw new DataError(
    `${source}: the data that the run was trained on are not in this page. Give them: the option data.`,
  );
}

/** A page reads nothing by path: as `locateSource`. */
export function locateTrainingData({ source }: DataConfig): Promise<string> {
  return locateSource(source);
}

/** A page has no paths to remember. */
export function rememberData(): Promise<void> {
  return Promise.resolve();
}
