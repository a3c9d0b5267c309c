import { DataError, ValueError, counted, formatShape, metricInWords, sameShape, version } from '../../core/index.ts';
import type { DatasetSplits } from '../../data/index.ts';
import { RunFolder, runFile } from '../keeping/run-folder.ts';
import { nameIn } from '../../io/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Store } from '../../io/index.ts';
import { patienceIsOver } from '../../training/index.ts';
import type { Checkpoint } from '../../training/index.ts';
import { readCheckpoint } from '../keeping/checkpoint-file.ts';
import { configFor } from './config-for.ts';
import { differences } from './differences.ts';
import type { ModelOptions } from './model-options.ts';

/** What an earlier process left of a run that goes on. */
export interface Resumed {
  readonly config: RunConfig;
  /** None was taken yet: it begins anew. */
  readonly checkpoint: Checkpoint | undefined;
  /** What is wrong with the newest checkpoint, where this is the one before it. */
  readonly fault?: string | undefined;
}

/**
 * Reads what there is to go on from.
 * @throws DataError where the run's checkpoints are damaged, or were removed and it has a model
 */
export async function readResumed(
  store: Store,
  options: { readonly parts?: PartTable | undefined } = {},
): Promise<Resumed> {
  const folder = await RunFolder.open(store, options);
  const config = await folder.readConfig();
  const found = await readCheckpoint(store);
  if (!found && (await store.read(runFile.model)) !== undefined) {
    throw new DataError(
      `${nameIn(store, runFile.checkpoint)}: there is no checkpoint to continue from. ${runFile.model} is what the run came to; to train again, use --overwrite.`,
    );
  }
  return { config, checkpoint: found?.checkpoint, fault: found?.fault };
}

/**
 * The configuration of a run that goes on: its own, but for the number of epochs, the patience, the threads and what is done
 * about NaN. None of them changes what the run has come to so far.
 *
 * @throws ValueError when other data or other options are asked for, or fewer epochs than are done
 */
export function resumedConfig(
  { config, checkpoint }: Resumed,
  splits: DatasetSplits,
  options: ModelOptions,
): RunConfig {
  const { train } = splits;
  if (train.size !== config.data.count || !sameShape(train.sampleShape, config.data.shape)) {
    throw new ValueError(
      `train: the run to resume was trained on ${config.data.count} examples of ${formatShape(config.data.shape)} from ${config.data.source}; ${train.name} has ${train.size} of ${formatShape(train.sampleShape)}.`,
    );
  }
  const asked = configFor(splits, { ...options, config });
  const { epochs, earlyStopping, threads, onNan } = asked.training;
  const changed = {
    epochs,
    ...(earlyStopping && { earlyStopping }),
    ...(threads !== undefined && { threads }),
    ...(onNan && { onNan }),
  };
  const next = { ...config, training: { ...config.training, ...changed } };
  // Where the data lie may change; what they are may not. What it once started from is nothing to ask for.
  const before = { ...next, data: { ...next.data, source: asked.data.source }, rootsigmaVersion: version };
  delete before.from;
  const changes = differences(before, asked);
  if (changes.length > 0) {
    throw new ValueError(
      `train: a resumed run keeps its options but for epochs, patience, threads and onNan, and ${changes.join('; ')}. Leave those options out, or train a new run.`,
    );
  }
  const { epoch, batch } = checkpoint?.progress ?? { epoch: 0, batch: 0 };
  const begun = epoch + (batch > 0 ? 1 : 0);
  if (epochs < begun) {
    throw new ValueError(
      `train: ${counted(epochs, 'epoch')} ${epochs === 1 ? 'is' : 'are'} asked for, and the run to resume is in its epoch ${begun} already.`,
    );
  }
  return next;
}

/** Where a resumed run goes on when that is not its last step, and why it does not train on, where it does not. */
export function resumedNotices({ checkpoint, fault }: Resumed, { training }: RunConfig): string[] {
  if (!checkpoint) return ['the run has no checkpoint yet: it begins anew.'];
  const from =
    fault === undefined ? [] : [`${fault} The run goes on from the checkpoint before it, step ${checkpoint.steps}.`];
  return [...from, ...endNotices(checkpoint, training)];
}

/** Whether a run that goes on trains: not where it has all its epochs, or had stopped early and stays so. */
export function trainsOn({ checkpoint }: Resumed, { training }: RunConfig): boolean {
  return !checkpoint || endNotices(checkpoint, training).length === 0;
}

function endNotices({ progress }: Checkpoint, { epochs, earlyStopping }: RunConfig['training']): string[] {
  const { epoch, batch, patience, last } = progress;
  const criterion = last?.validation?.criterion;
  if (batch > 0) return [];
  if (earlyStopping && patienceIsOver(patience, earlyStopping)) {
    const more = epoch < epochs ? `, whatever its epochs (${epochs})` : '';
    return [
      `the run had stopped early after epoch ${epoch}, ${counted(patience.waited, 'epoch')} without a better validation ${metricInWords(criterion?.metric ?? 'elbo')}, and stays so${more}. A patience of more than ${patience.waited} lets it go on.`,
    ];
  }
  return epoch < epochs ? [] : [`the run has its ${counted(epochs, 'epoch')} already: more of them let it go on.`];
}
