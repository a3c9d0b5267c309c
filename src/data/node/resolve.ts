import { existsSync, statSync } from 'node:fs';
import { DataError, ValueError } from '../../core/index.ts';
import { listDatasets, makeBuiltinDataset } from '../builtin.ts';
import type { DatasetOptions, DatasetSplits } from '../builtin.ts';
import { idxFileNames, isIdxFolder, readIdxFolder } from './idx-folder.ts';

/**
 * The data set that a user names: a built-in name, or a folder in MNIST's IDX layout. (A folder whose name is also a
 * built-in name is written `./name`.)
 *
 * @throws DataError listing what there is and what a folder must contain; ValueError for an option it does not take
 */
export function resolveDataset(source: string, options: DatasetOptions = {}): DatasetSplits {
  const builtin = makeBuiltinDataset(source, options);
  if (builtin) return builtin;
  const names = listDatasets().map(({ name }) => `'${name}'`);
  const needed = `a folder must contain ${idxFileNames.train.images}[.gz] (and may contain ${[
    idxFileNames.train.labels,
    ...Object.values(idxFileNames.test),
  ].join(', ')})`;
  if (!existsSync(source)) {
    throw new DataError(`${source}: no such data set or folder. Built in: ${names.join(', ')}; ${needed}.`);
  }
  if (!statSync(source).isDirectory() || !isIdxFolder(source)) {
    const what = statSync(source).isDirectory() ? 'is not a folder of IDX files' : 'is a file';
    throw new DataError(`${source}: ${what}; ${needed}. Built in: ${names.join(', ')}.`);
  }
  const [option] = Object.keys(options);
  if (option !== undefined) {
    throw new ValueError(`${source}: a folder takes no option '${option}'; it holds the examples that it holds.`);
  }
  return readIdxFolder(source);
}
