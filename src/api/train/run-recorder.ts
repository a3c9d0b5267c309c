import { DataError, NumericalError, WriteError, noticesTo } from '../../core/index.ts';
import type { OnNotice } from '../../core/index.ts';
import { RunFolder, picturesFolder, runFile, tensorboardFolder } from '../keeping/run-folder.ts';
import type { Release, Store } from '../../io/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { stepsTaken } from '../../training/index.ts';
import type { DoneEvent, EpochEvent, Progress, Trainer, TrainingEvent } from '../../training/index.ts';
import { writeCheckpoint } from '../keeping/checkpoint-file.ts';
import { readResumed, trainsOn } from './resuming.ts';
import type { Resumed } from './resuming.ts';
import type { Run } from '../run/run.ts';
import { writeRunFiles } from '../keeping/run-files.ts';
import type { KeptRun } from '../keeping/run-files.ts';
import { drawPictures, isPictured, pictureName, removePicturesAfter } from '../keeping/step-pictures.ts';
import type { PictureKind } from '../keeping/step-pictures.ts';
import type { EventLog } from '../record/tensorboard/event-log.ts';
import { Unwritten } from './unwritten.ts';

/** Of the steps, metrics.jsonl keeps every so many, and some of the first: what is lost at once, shows beside them alone. */
const stepsPerLine = 25;
const firstSteps: ReadonlySet<number> = new Set([1, 2, 5, 10]);
/** Unless it is said, checkpoints are taken so often, and so that writing them takes at most this share of the time. */
const checkpointSeconds = 10;
const checkpointShare = 0.05;

export interface RecorderOptions {
  readonly overwrite?: boolean;
  readonly resume?: boolean;
  readonly checkpointEvery?: number;
  readonly pictures?: number;
  readonly log?: 'tensorboard';
  /** The table in which the run's parts stand. Default: the built-in ones. */
  readonly parts?: PartTable | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/** Keeps a run's folder while it trains: configuration first, metrics and checkpoints as it goes, the model at the end. */
export class RunRecorder {
  /** What an earlier process left, when it is to be continued. */
  readonly resumed: Resumed | undefined;
  readonly store: Store;
  readonly #options: RecorderOptions;
  #folder: RunFolder | undefined;
  readonly #release: Release;
  /** When the next checkpoint is due: the first after the first step. */
  #due = 0;
  /** Of which state the last one was. */
  #kept: Progress | undefined;
  readonly #unwritten: Unwritten;
  readonly #onNotice: (line: string) => void;
  /** Lines of metrics.jsonl that did not fit yet. */
  #lines: TrainingLine[] = [];
  /** Of the parts before this one, as far as its log tells. */
  #before = { seconds: 0, stepMs: 0, time: 0 };
  #began = performance.now();
  /** The run as it is now, for pictures on the way. */
  #live: KeptRun | undefined;
  /** The record for TensorBoard, where it is asked for. */
  #events: EventLog | undefined;
  #config: RunConfig | undefined;

  private constructor(
    store: Store,
    parts: { readonly options: RecorderOptions; readonly resumed: Resumed | undefined; readonly release: Release },
  ) {
    this.store = store;
    this.#options = parts.options;
    this.resumed = parts.resumed;
    this.#release = parts.release;
    this.#onNotice = noticesTo(parts.options.onNotice);
    this.#unwritten = new Unwritten(store, this.#onNotice);
  }

  /**
   * Locks the folder, so that until `close` nobody else writes there, and reads what is to be continued; writes nothing yet.
   *
   * @throws DataError when somebody else writes there, when there is nothing to continue, or when the folder is taken
   */
  static async open(store: Store, options: RecorderOptions): Promise<RunRecorder> {
    const { resume = false } = options;
    if (resume) await RunFolder.open(store, options);
    const release = await store.lock();
    try {
      if (!resume) await RunFolder.checkFree(store, options);
      const resumed = resume ? await readResumed(store, options) : undefined;
      return new RunRecorder(store, { options, resumed, release });
    } catch (error) {
      await release();
      throw error;
    }
  }

  /**
   * Creates the folder, or makes the one that is continued fit to append to.
   * @param live the run with the parameters as they are at any time: what pictures are taken of
   */
  async begin(config: RunConfig, live?: KeptRun): Promise<void> {
    this.#live = live;
    this.#began = performance.now();
    if (!this.resumed) this.#folder = await RunFolder.create(this.store, this.#options);
    else {
      this.#folder = await RunFolder.open(this.store, this.#options);
      await this.#folder.repairMetrics((record) => this.#isKnown(record));
      await removePicturesAfter(this.store, this.resumed.checkpoint?.progress.epoch ?? 0);
      // Else the next checkpoint would keep it in place of the one that is whole.
      if (this.resumed.fault !== undefined) await this.store.remove(runFile.checkpoint);
      else this.#kept = this.resumed.checkpoint?.progress;
      if (this.resumed.checkpoint) this.#plan(0);
      if (trainsOn(this.resumed, config)) await this.#dropThresholds(this.#folder);
    }
    await this.#folder.writeConfig(config);
    this.#config = config;
    await this.#startEvents();
  }

  /** Where anomalies begin is another place for other weights. */
  async #dropThresholds(folder: RunFolder): Promise<void> {
    const scores = await folder.dropThresholds();
    if (scores.length === 0) return;
    const [what, was] = scores.length === 1 ? ['threshold', 'was'] : ['thresholds', 'were'];
    this.#onNotice(
      `the run's ${what} (${scores.join(', ')}) ${was} fitted to the weights that it had, and removed, as it trains on: fit them again when it is trained (score --contamination, fitThreshold).`,
    );
  }

  /** Begins the record for TensorBoard anew, from the one that there is. */
  async #startEvents(): Promise<void> {
    const config = this.#config;
    if (this.#options.log !== 'tensorboard' || !config) return;
    const { EventLog } = await import('../record/tensorboard/event-log.ts');
    this.#events = undefined;
    await this.#unwritten.attempt(tensorboardFolder, async () => {
      this.#events = await EventLog.create(this.store, config, this.#time);
    });
  }

  /** Where it cannot be written, it ends: the run's own record has all of it. */
  async #addEvents(add: (events: EventLog) => Promise<void>): Promise<void> {
    const events = this.#events;
    if (!events) return;
    if (!(await this.#unwritten.attempt(tensorboardFolder, () => add(events)))) this.#events = undefined;
  }

  /** Whether it is time for a checkpoint. */
  get isCheckpointDue(): boolean {
    return performance.now() >= this.#due;
  }

  async record(event: TrainingEvent, trainer: Trainer): Promise<void> {
    const folder = this.#opened();
    if (event.event === 'non-finite' && event.action === 'rolled-back') {
      // What came after is undone, in the record too: it goes on as if it had not been.
      await this.#keep(trainer);
      this.#lines = this.#lines.filter((line) => 'step' in line && line.step <= event.step);
      await this.#unwritten.attempt(runFile.metrics, () => folder.repairMetrics(upTo(event.step)));
      await removePicturesAfter(this.store, trainer.progress.epoch);
      await this.#startEvents();
    }
    if (event.event !== 'step' || event.step % stepsPerLine === 0 || firstSteps.has(event.step)) await this.#log(event);
    if (event.event === 'epoch') await this.#takePictures(event);
    const isDue = event.event === 'done' || this.isCheckpointDue;
    // Among ranks, one that is due now is taken after the next step: all give what they have of it.
    if (isDue && trainer.isStateAtHand && !trainer.isAboutToReturn()) await this.#keep(trainer);
  }

  /** Adds a line to metrics.jsonl, after those that did not fit before. */
  async #log(event: TrainingEvent): Promise<void> {
    const line = { ...event, time: this.#time };
    this.#lines.push(line);
    await this.#addEvents((events) => events.add(line));
    await this.#unwritten.attempt(runFile.metrics, async () => {
      for (const line of [...this.#lines]) {
        await this.#opened().appendMetrics(line);
        this.#lines.shift();
      }
    });
  }

  /** Seconds of training so far, to the millisecond. */
  get #time(): number {
    return Number((this.#before.time + (performance.now() - this.#began) / 1000).toFixed(3));
  }

  async #takePictures({ epoch, step }: EpochEvent): Promise<void> {
    // Where one did not fit, the next ones are not tried: the end says what is missing.
    if (!this.#live || this.#unwritten.has(picturesFolder)) return;
    if (!isPictured(epoch, step, this.#options.pictures)) return;
    try {
      const pictures = await drawPictures(this.#live);
      await this.#unwritten.attempt(picturesFolder, async () => {
        for (const [kind, png] of Object.entries(pictures)) {
          await this.store.replace(pictureName(kind as PictureKind, epoch), png);
        }
      });
      for (const [kind, png] of Object.entries(pictures)) {
        await this.#addEvents((events) => events.addPicture(kind, epoch, png));
      }
    } catch (error) {
      // What is not finite has no shade; whether training goes on, its losses decide.
      if (!(error instanceof NumericalError)) throw error;
      this.#onNotice(`epoch ${epoch}: no pictures are taken, as ${error.message}`);
    }
  }

  /** Writes a checkpoint, unless the last one is of the same state. */
  async #keep(trainer: Trainer): Promise<void> {
    const { progress } = trainer;
    if (progress === this.#kept) return;
    const started = performance.now();
    const checkpoint = trainer.checkpoint();
    const write = (): Promise<void> => writeCheckpoint(this.store, checkpoint);
    if (await this.#unwritten.attempt(runFile.checkpoint, write)) this.#kept = progress;
    this.#plan(performance.now() - started);
  }

  /** @param took writing the last checkpoint, in milliseconds */
  #plan(took: number): void {
    const { checkpointEvery } = this.#options;
    const wait = checkpointEvery === undefined ? Math.max(1000 * checkpointSeconds, took / checkpointShare) : 1000 * checkpointEvery; // prettier-ignore
    this.#due = performance.now() + wait;
  }

  async finish(run: Run, done: DoneEvent): Promise<void> {
    const { seconds, stepMs } = this.#before;
    const times = { seconds: seconds + done.seconds, stepMs: done.stepMs || stepMs };
    const older = this.#olderThan(done);
    await writeRunFiles(this.#opened(), run, {
      summary: { done, ...times },
      replace: async (name, contents) => {
        await this.#unwritten.attempt(name, () => this.#replace(name, contents, older));
      },
    });
    this.#unwritten.check(run);
  }

  /** Where a file of the finished run does not fit, older checkpoints give way, which are larger. */
  async #replace(name: string, contents: Uint8Array | string, older: readonly string[]): Promise<void> {
    try {
      await this.store.replace(name, contents);
    } catch (error) {
      const [next, ...others] = older;
      if (!(error instanceof WriteError) || next === undefined) throw error;
      const size = (await this.store.read(next))?.length ?? 0;
      if (size >= contents.length) await this.store.remove(next);
      await this.#replace(name, contents, others);
    }
  }

  /**
   * Checkpoints that the finished run can do without: the one before the last, and the last, where it is not of the end itself
   * and the training is over.
   */
  #olderThan(done: DoneEvent): string[] {
    const isNeeded = done.reason === 'interrupted' || !this.#unwritten.has(runFile.checkpoint);
    return [runFile.previousCheckpoint, ...(isNeeded ? [] : [runFile.checkpoint])];
  }

  async close(): Promise<void> {
    await this.#release();
  }

  /** Whether a line of the log tells of what the checkpoint has: what came after it, is said again. */
  #isKnown({ event, step, epoch, seconds, stepMs, time }: Record<string, unknown>): boolean {
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
    if (isKnown && typeof time === 'number') this.#before.time = time;
    return isKnown;
  }

  #opened(): RunFolder {
    if (!this.#folder) throw new DataError(`${this.store.name}: the run's folder has not been created.`);
    return this.#folder;
  }
}

/** A line of metrics.jsonl: an event, and the seconds that training took until then, those before it was resumed included. */
export type TrainingLine = TrainingEvent & { readonly time: number };

/** Which records of metrics.jsonl hold for a training that stands at a step. */
function upTo(step: number): (record: Record<string, unknown>) => boolean {
  return (record) => record.event !== 'done' && typeof record.step === 'number' && record.step <= step;
}
