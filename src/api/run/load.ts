import { DataError, checkOptions, rule, sizeOf } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { createEngine, defaultThreads, engineOptionRules } from '../../engine/index.ts';
import type { EngineOptions } from '../../engine/index.ts';
import { RunFolder, runFile } from '../keeping/run-folder.ts';
import { ReadOnlyView, decodeSealed, nameIn } from '../../io/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import { partTable, partsRule } from '../../config/index.ts';
import type { PartRow, RunConfig } from '../../config/index.ts';
import type { NetworksFactory } from '../../models/index.ts';
import { ParameterStore } from '../../training/index.ts';
import type { StoredSpec } from '../../training/index.ts';
import { modelFor } from '../model/model.ts';
import { storeFrom } from '../keeping/place.ts';
import type { RunSource } from '../keeping/place.ts';
import type { RunParts } from './run-options.ts';
import { Run } from './run.ts';
import { withoutConditions } from '../data/conditions.ts';
import { withoutStandardization } from '../data/standardization.ts';

/** Which engine computes, and who is told what of it and of the data that the run reads. */
export interface LoadOptions extends EngineOptions {
  /** The networks that `train` was given, for a run that was trained with networks of one's own. */
  readonly networks?: NetworksFactory;
  /** The parts that `train` was given, for a run that is made of parts of one's own. */
  readonly parts?: readonly PartRow[];
  /**
   * The processes that compute together (`rootsigma/mpi`): each calls the same methods with the same data, takes its batches, and gets all
   * results. Rank 0 alone writes what the run keeps. Default: this process computes alone.
   */
  readonly ranks?: Communicator | undefined;
}

const loadOptionRules: OptionRules<LoadOptions> = {
  ...engineOptionRules,
  networks: rule.callback,
  parts: partsRule,
  ranks: rule.object,
};

/**
 * A run from its folder, wherever that is: a path (in Node), a URL, files that the user picked, a ZIP of them, a folder of
 * the browser's own file system (`{ opfs: 'runs/x' }`) or one that the user chose.
 *
 * @throws DataError when the folder is no run or a file is damaged; ValueError when its configuration is not valid or its
 *   weights are another model's
 */
export async function load(source: RunSource, options: LoadOptions = {}): Promise<Run> {
  checkOptions('load', options, loadOptionRules);
  const found = await storeFrom(source);
  const store = (options.ranks?.rank ?? 0) === 0 ? found : new ReadOnlyView(found);
  const folder = await RunFolder.open(store, { parts: partTable(options.parts) });
  const config = await folder.readConfig();
  const weights = await store.read(runFile.model);
  if (weights === undefined) {
    throw new DataError(
      `${store.name}: has no ${runFile.model}: its training did not come to an end. Resume it, or train again.`,
    );
  }
  return assembleRun({ config, weights, store }, { ...options, name: nameIn(store, runFile.model) });
}

/**
 * A run from what makes it: its configuration and the contents of its model.safetensors.
 *
 * @param options.name of the weights, for messages
 * @throws as `load` does
 */
export async function assembleRun(
  {
    config,
    weights,
    ...rest
  }: { readonly config: RunConfig; readonly weights: Uint8Array<ArrayBuffer> } & Pick<RunParts, 'data' | 'store'>,
  { name, networks, parts: own, ranks, ...engineOptions }: LoadOptions & { readonly name: string },
): Promise<Run> {
  const inModelFile = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Error) throw new DataError(`${name}: ${error.message}`, { cause: error });
      throw error;
    }
  };
  const { tensors } = await decodeSealed(weights, { name });
  const { conditions, rest: others } = inModelFile(() => withoutConditions(tensors, config.data));
  const { parameters: learned, standardization } = inModelFile(() => withoutStandardization(others, config));
  const parts = partTable(own);
  const model = modelFor(config, { networks, parts, standardization });
  checkWeights(model.parameters, { bytes: weights.length, name });
  const parameters = new ParameterStore(model.parameters);
  inModelFile(() => {
    parameters.assign(learned);
  });
  const engine = ranks
    ? { ...(await createEngine({ threads: defaultThreads(ranks), ...engineOptions })), ranks }
    : await createEngine(engineOptions);
  return new Run({
    ...rest,
    config,
    model,
    engine,
    parameters: parameters.parameters,
    standardization,
    conditions,
    parts,
    onNotice: engineOptions.onNotice,
  });
}

/** Before anything is allocated for what a configuration only claims: each parameter takes a byte of the file, at least. */
function checkWeights(
  specs: readonly StoredSpec[],
  { bytes, name }: { readonly bytes: number; readonly name: string },
): void {
  const needed = specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (needed <= bytes) return;
  throw new DataError(
    `${name}: has ${bytes} bytes, the model that ${runFile.config} describes ${needed} parameters: the two are not of one run.`,
  );
}
