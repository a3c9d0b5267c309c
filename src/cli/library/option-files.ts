import { localFiles } from '#file-system';
import { DataError, checkOptions } from '../../core/index.ts';
import { RunFolder } from '../../api/keeping/run-folder.ts';
import { checkPartChoices, parseRunConfig } from '../../config/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { ModelOptions } from '../../api/index.ts';
import { modelOptionRules } from '../../api/train/model-options.ts';
import { storeFrom } from '../../api/keeping/place.ts';

/** The configuration of the run in a folder. @throws DataError when it is no run; ValueError when it is not valid */
export async function readRunConfig(path: string): Promise<RunConfig> {
  const folder = await RunFolder.open(await storeFrom(path));
  return folder.readConfig();
}

/**
 * Options from a JSON file: either options of `train` by their names, or a run's config.json to start from.
 *
 * @throws DataError when the file is no JSON object; ValueError for an option that does not exist or has a wrong value
 */
export async function readOptions(path: string): Promise<ModelOptions> {
  const { readFileJson } = await localFiles();
  const value = readFileJson(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError(`${path}: expected an object of options, such as { "latent": 20, "hidden": [400] }.`);
  }
  if ('schemaVersion' in value) return { config: parseRunConfig(value, { name: path }) };
  const rules = Object.fromEntries(Object.entries(modelOptionRules).filter(([name]) => name !== 'config'));
  checkOptions(path, value, rules);
  checkPartChoices(path, value);
  return value;
}
