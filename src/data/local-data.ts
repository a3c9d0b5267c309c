// Data of this machine, in Node. Pages have local-data.page.ts in its place: package.json, `imports`.
import type * as local from './node/index.ts';
import type { DataConfig } from './config.ts';
import type { ResolveContext } from './context.ts';
import type { DatasetOptions, DatasetSplits } from './source.ts';

type LocalData = typeof local;

/** What reads and writes data by path. */
export function localData(): Promise<LocalData> {
  return import('./node/index.ts');
}

/** The data set that a name or a path means. */
export async function resolveDataset(
  source: string,
  options?: DatasetOptions,
  context?: ResolveContext,
): Promise<DatasetSplits> {
  const { resolveDataset: resolve } = await localData();
  return resolve(source, options, context);
}

/** Where the data of a run are, whose folder is `folder`. */
export async function locateSource(source: string, folder: string | undefined): Promise<string> {
  const { locateSource: locate } = await localData();
  return locate(source, folder);
}

/** Where a run's training data are, which nobody has named. @throws DataError where a stranger may have named them */
export async function locateTrainingData(data: DataConfig, folder: string | undefined): Promise<string> {
  const { locateTrainingData: locate } = await localData();
  return locate(data, folder);
}

/** Notes that the user trained on these data here. @throws DataError when that cannot be kept */
export async function rememberData(data: DataConfig): Promise<void> {
  const { rememberData: remember } = await localData();
  remember(data);
}
