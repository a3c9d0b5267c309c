import { arraySplits } from '../arrays/array-splits.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import type { ResolveContext } from '../context.ts';
import { npyFile, npzMembers } from './stored-arrays.ts';

/** The examples in an NPY file or an NPZ archive (`arraySplits`); arrays beyond `context.memoryLimit` stay on disk. */
export function readArrayFile(
  path: string,
  options: DatasetOptions = {},
  context: ResolveContext = {},
): Promise<DatasetSplits> {
  return arraySplits({ path, npy: () => npyFile(path), npz: () => npzMembers(path) }, options, context);
}
