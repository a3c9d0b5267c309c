import { DataError } from '../core/index.ts';
import { createEngine } from '../engine/index.ts';
import type { EngineOptions } from '../engine/index.ts';
import type { NetworksFactory } from '../models/index.ts';
import { ParameterStore } from '../training/index.ts';
import { modelFor } from './model.ts';
import { Run } from './run.ts';

/** Which engine computes. */
export interface LoadOptions extends EngineOptions {
  /** The networks that `train` was given, for a run that was trained with networks of one's own. */
  readonly networks?: NetworksFactory;
}

/**
 * A run from its folder.
 *
 * @throws DataError when the folder is no run or a file is damaged; ValueError when its configuration is not valid or its
 *   weights are another model's
 */
export async function load(path: string, options: LoadOptions = {}): Promise<Run> {
  const { existsSync } = await import('node:fs');
  const { RunFolder, readSafetensorsFile } = await import('../io/node/index.ts');
  const folder = RunFolder.open(path);
  const config = folder.readConfig();
  if (!existsSync(folder.model)) {
    throw new DataError(
      `${path}: has no model.safetensors: its training did not come to an end. Resume it, or train again.`,
    );
  }
  const { networks, ...engineOptions } = options;
  const model = modelFor(config, networks);
  const store = new ParameterStore(model.parameters);
  try {
    store.assign(Object.fromEntries(readSafetensorsFile(folder.model).tensors));
  } catch (error) {
    if (error instanceof Error) throw new DataError(`${folder.model}: ${error.message}`, { cause: error });
    throw error;
  }
  const engine = await createEngine(engineOptions);
  return new Run({ config, model, engine, parameters: store.parameters, path });
}
