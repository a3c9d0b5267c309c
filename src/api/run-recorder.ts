import { DataError } from '../core/index.ts';
import { RunFolder } from '../io/index.ts';
import type { Release, RunConfig, Store } from '../io/index.ts';
import type { Checkpoint, DoneEvent, EpochEvent, Trainer, TrainingEvent } from '../training/index.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { Run } from './run.ts';
import { writeRunFiles } from './run-files.ts';

/** Of the steps, metrics.jsonl keeps every so many. */
const stepsPerLine = 25;
/** Checkpoints are taken at the end of an epoch, but not more often than this. */
const secondsBetweenCheckpoints = 5;

interface Resumed {
  readonly config: RunConfig;
  readonly checkpoint: Checkpoint;
}

/** Keeps a run's folder while it trains: configuration first, metrics and checkpoints as it goes, the model at the end. */
export class RunRecorder {
  /** What an earlier process left, when it is to be continued. */
  readonly resumed: Resumed | undefined;
  readonly store: Store;
  readonly #overwrite: boolean;
  #folder: RunFolder | undefined;
  readonly #release: Release;
  #lastCheckpoint = performance.now();
  #lastEpoch: EpochEvent | undefined;

  private constructor(
    store: Store,
    parts: { readonly overwrite: boolean; readonly resumed: Resumed | undefined; readonly release: Release },
  ) {
    this.store = store;
    this.#overwrite = parts.overwrite;
    this.resumed = parts.resumed;
    this.#release = parts.release;
  }

  /**
   * Locks the folder, so that until `close` nobody else writes there, and reads what is to be continued; writes nothing yet.
   *
   * @throws DataError when somebody else writes there, when there is nothing to continue, or when the folder is taken
   */
  static async open(
    store: Store,
    { overwrite = false, resume = false }: { readonly overwrite?: boolean; readonly resume?: boolean },
  ): Promise<RunRecorder> {
    if (resume) await RunFolder.open(store);
    const release = await store.lock();
    try {
      if (!resume) await RunFolder.checkFree(store, { overwrite });
      const resumed = resume ? await readResumed(store) : undefined;
      return new RunRecorder(store, { overwrite, resumed, release });
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Creates the folder, or makes the one that is continued fit to append to. */
  async begin(config: RunConfig): Promise<void> {
    if (!this.resumed) this.#folder = await RunFolder.create(this.store, { overwrite: this.#overwrite });
    else {
      this.#folder = await RunFolder.open(this.store);
      const { steps } = this.resumed.checkpoint;
      const known = (record: Record<string, unknown>): boolean =>
        record.event !== 'done' && typeof record.step === 'number' && record.step <= steps;
      await this.#folder.repairMetrics(known);
    }
    await this.#folder.writeConfig(config);
  }

  async record(event: TrainingEvent, trainer: Trainer): Promise<void> {
    const folder = this.#opened();
    if (event.event !== 'step' || event.step % stepsPerLine === 0) await folder.appendMetrics(event);
    if (event.event === 'epoch') this.#lastEpoch = event;
    const due = performance.now() - this.#lastCheckpoint > 1000 * secondsBetweenCheckpoints;
    if ((event.event === 'epoch' && due) || event.event === 'done') {
      await writeCheckpoint(folder, trainer.checkpoint());
      this.#lastCheckpoint = performance.now();
    }
  }

  async finish(run: Run, done: DoneEvent): Promise<void> {
    const { training, validation } = this.#lastEpoch ?? {};
    await writeRunFiles(this.#opened(), run, { done, training, validation });
  }

  async close(): Promise<void> {
    await this.#release();
  }

  #opened(): RunFolder {
    if (!this.#folder) throw new DataError(`${this.store.name}: the run's folder has not been created.`);
    return this.#folder;
  }
}

async function readResumed(store: Store): Promise<Resumed> {
  const folder = await RunFolder.open(store);
  return { config: await folder.readConfig(), checkpoint: await readCheckpoint(folder) };
}
