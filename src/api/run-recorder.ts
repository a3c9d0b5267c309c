import { DataError } from '../core/index.ts';
import { RunFolder } from '../io/index.ts';
import type { Release, RunConfig, Store } from '../io/index.ts';
import { stepsTaken } from '../training/index.ts';
import type { DoneEvent, Trainer, TrainingEvent } from '../training/index.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { Resumed } from './resuming.ts';
import type { Run } from './run.ts';
import { writeRunFiles } from './run-files.ts';

/** Of the steps, metrics.jsonl keeps every so many. */
const stepsPerLine = 25;
/** Checkpoints are taken at the end of an epoch, but not more often than this. */
const secondsBetweenCheckpoints = 5;

/** Keeps a run's folder while it trains: configuration first, metrics and checkpoints as it goes, the model at the end. */
export class RunRecorder {
  /** What an earlier process left, when it is to be continued. */
  readonly resumed: Resumed | undefined;
  readonly store: Store;
  readonly #overwrite: boolean;
  #folder: RunFolder | undefined;
  readonly #release: Release;
  #lastCheckpoint = performance.now();
  /** Of the parts before this one, as far as its log tells. */
  #before = { seconds: 0, stepMs: 0 };

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
      await this.#folder.repairMetrics((record) => this.#isKnown(record));
    }
    await this.#folder.writeConfig(config);
  }

  async record(event: TrainingEvent, trainer: Trainer): Promise<void> {
    const folder = this.#opened();
    if (event.event === 'non-finite' && event.action === 'rolled-back') {
      // What came after is undone, in the record too: it goes on as if it had not been.
      await writeCheckpoint(folder, trainer.checkpoint());
      await folder.repairMetrics(upTo(event.step));
    }
    if (event.event !== 'step' || event.step % stepsPerLine === 0) await folder.appendMetrics(event);
    const due = performance.now() - this.#lastCheckpoint > 1000 * secondsBetweenCheckpoints;
    if (((event.event === 'epoch' && due) || event.event === 'done') && !trainer.isAboutToReturn()) {
      await writeCheckpoint(folder, trainer.checkpoint());
      this.#lastCheckpoint = performance.now();
    }
  }

  async finish(run: Run, done: DoneEvent): Promise<void> {
    const { seconds, stepMs } = this.#before;
    const times = { seconds: seconds + done.seconds, stepMs: done.stepMs || stepMs };
    await writeRunFiles(this.#opened(), run, { done, ...times });
  }

  async close(): Promise<void> {
    await this.#release();
  }

  /** Whether a line of the log tells of what the checkpoint has: what came after it, is said again. */
  #isKnown({ event, step, epoch, seconds, stepMs }: Record<string, unknown>): boolean {
    const checkpoint = this.resumed?.checkpoint;
    const [steps, epochs] = checkpoint ? [stepsTaken(checkpoint), checkpoint.progress.epoch] : [0, 0];
    // An epoch's line has the number of its last step, after which the epoch is not at its end yet.
    const isKnown =
      event !== 'done' &&
      typeof step === 'number' &&
      step <= steps &&
      (event !== 'epoch' || (typeof epoch === 'number' && epoch <= epochs));
    if (isKnown && event === 'epoch' && typeof seconds === 'number') this.#before.seconds += seconds;
    if (isKnown && event === 'step' && typeof stepMs === 'number') this.#before.stepMs = stepMs;
    return isKnown;
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

/** Which records of metrics.jsonl hold for a training that stands at a step. */
function upTo(step: number): (record: Record<string, unknown>) => boolean {
  return (record) => record.event !== 'done' && typeof record.step === 'number' && record.step <= step;
}
