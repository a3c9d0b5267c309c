import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileBytes } from '../../io/node/index.ts';
import { hasIdxFiles, idxSplits } from '../idx-files.ts';
import type { IdxFiles, IdxOptions } from '../idx-files.ts';
import type { DatasetSplits } from '../source.ts';

/** Whether the folder has training images in MNIST's layout. */
export function isIdxFolder(folder: string): boolean {
  return hasIdxFiles(filesOf(folder));
}

/** A folder in MNIST's layout. @throws DataError as `idxSplits` does */
export function readIdxFolder(folder: string, options: IdxOptions = {}): DatasetSplits {
  return idxSplits(filesOf(folder), options);
}

function filesOf(folder: string): IdxFiles {
  const nameOf = (name: string): string => join(folder, name);
  return {
    folder,
    nameOf,
    has: (name) => existsSync(nameOf(name)),
    read: (name) => readFileBytes(nameOf(name)),
  };
}
