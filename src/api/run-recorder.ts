import { DataError } from '../core/index.ts';
import type { RunConfig } from '../io/index.ts';
import { RunFolder, appendJsonLine, repairJsonLinesFile } from '../io/node/index.ts';
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
  readonly #path: string;
  readonly #overwrite: boolean;
  #folder: RunFolder | undefined;
  #lastCheckpoint = performance.now();
  #lastEpoch: EpochEvent | undefined;

  private constructor(path: string, options: { readonly overwrite: boolean; readonly resumed: Resumed | undefined }) {
    this.#path = path;
    this.#overwrite = options.overwrite;
    this.resumed = options.resumed;
  }

  /**
   * Reads what is to be continued; writes nothing yet.
   * @throws DataError when there is nothing to continue, or when the folder is taken
   */
  static open(path: string, options: { readonly overwrite?: boolean; readonly resume?: boolean }): RunRecorder {
    if (!options.resume) {
      RunFolder.checkFree(path, options);
      return new RunRecorder(path, { overwrite: options.overwrite ?? false, resumed: undefined });
    }
    const folder = RunFolder.open(path);
    const resumed = { config: folder.readConfig(), checkpoint: readCheckpoint(folder) };
    return new RunRecorder(path, { overwrite: false, resumed });
  }

  /** Creates the folder, or makes the one that is continued fit to append to. */
  begin(config: RunConfig): void {
    if (!this.resumed) this.#folder = RunFolder.create(this.#path, { overwrite: this.#overwrite });
    else {
      this.#folder = RunFolder.open(this.#path);
      const { steps } = this.resumed.checkpoint;
      const known = (record: Record<string, unknown>): boolean =>
        record.event !== 'done' && typeof record.step === 'number' && record.step <= steps;
      repairJsonLinesFile(this.#folder.metrics, known);
    }
    this.#folder.writeConfig(config);
  }

  record(event: TrainingEvent, trainer: Trainer): void {
    const folder = this.#opened();
    if (event.event !== 'step' || event.step % stepsPerLine === 0) appendJsonLine(folder.metrics, event);
    if (event.event === 'epoch') this.#lastEpoch = event;
    const due = performance.now() - this.#lastCheckpoint > 1000 * secondsBetweenCheckpoints;
    if ((event.event === 'epoch' && due) || event.event === 'done') {
      writeCheckpoint(folder, trainer.checkpoint());
      this.#lastCheckpoint = performance.now();
    }
  }

  async finish(run: Run, done: DoneEvent): Promise<void> {
    const { training, validation } = this.#lastEpoch ?? {};
    await writeRunFiles(this.#opened(), run, { done, training, validation });
  }

  #opened(): RunFolder {
    if (!this.#folder) throw new DataError(`${this.#path}: the run's folder has not been created.`);
    return this.#folder;
  }
}
