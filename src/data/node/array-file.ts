import { arraySplits, gappyArray } from '../arrays/array-dataset.ts';
import type { GappyArray } from '../arrays/array-dataset.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { ResolveContext } from '../context.ts';
import { npyFile, npzMembers } from './npy-file.ts';

/** The examples in an NPY file or an NPZ archive (`arraySplits`); arrays beyond `context.memoryLimit` stay on disk. */
export function readArrayFile(
  path: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  return arraySplits(
    { path, npy: () => npyFile(path, context), npz: () => npzMembers(path, context) },
    options,
    context,
  );
}

/** The examples in such a file for a trained model, with NaN where a value is missing (`gappyArray`). */
export function readGappyFile(path: string, context: ResolveContext): GappyArray {
  return gappyArray({ path, npy: () => npyFile(path, context), npz: () => npzMembers(path, context) }, context);
}
