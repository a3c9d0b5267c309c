import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolveContext } from '../context.ts';
import { hasIdxFiles, idxFilesIn, idxSplits } from '../idx-files.ts';
import type { IdxFiles, IdxOptions } from '../idx-files.ts';
import type { DatasetSplits } from '../source.ts';
import { bytesOf } from './file-bytes.ts';

/** Whether the folder has training images in MNIST's layout. */
export function isIdxFolder(folder: string): boolean {
  return hasIdxFiles(filesOf(folder));
}

/** A folder in MNIST's layout. @throws DataError as `idxSplits` does */
export function readIdxFolder(folder: string, options: IdxOptions = {}, context: ResolveContext = {}): DatasetSplits {
  return idxSplits(filesOf(folder, context), options);
}

/** Paths of the files that `readIdxFolder` reads. */
export function idxPathsIn(folder: string): string[] {
  return idxFilesIn(filesOf(folder)).map((name) => join(folder, name));
}

function filesOf(folder: string, context: ResolveContext = {}): IdxFiles {
  const nameOf = (name: string): string => join(folder, name);
  return {
    folder,
    nameOf,
    has: (name) => existsSync(nameOf(name)),
    read: (name) => bytesOf(nameOf(name), context),
  };
}
