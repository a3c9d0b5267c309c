import { RunAlarms } from '../../api/record/index.ts';
import { asRecord, numberOf } from './records.ts';

/** What the end of a run's log says. */
export interface LastMeans {
  readonly elbo?: number;
  readonly reconstruction?: number;
  readonly kl?: number;
  /** What they are of. */
  readonly split?: 'validation' | 'training';
}

/** Values of the criterion that are kept for a sparkline, at most twice as many. */
const trendLength = 60;

/** What a run's log comes to, in constant memory: what the list of runs says of it. */
export class LogFacts {
  epoch = 0;
  step = 0;
  totalSteps: number | undefined;
  /** As the last record says it, else of the epochs. */
  seconds = 0;
  means: LastMeans = {};
  criterion: { readonly metric: string; readonly direction: 'max' | 'min'; readonly best: number } | undefined;
  /** Why it ended, where it did. */
  done: string | undefined;
  /** Whether it ended at what is not finite. */
  isNonFinite = false;
  readonly alarms = new RunAlarms();
  readonly #trend: (number | null)[] = [];
  #every = 1;
  #epochs = 0;
  /** The last line of a step, which nobody needs before the others are read. */
  #lastStep: string | undefined;

  /** @param text a line of the log; what is no record says nothing */
  addLine(text: string): void {
    // Of many steps, the first one and the last before something else say it all.
    if (text.startsWith('{"event":"step"') && this.step > 0) this.#lastStep = text;
    else {
      this.settle();
      this.add(asRecord(text));
    }
  }

  add(record: Readonly<Record<string, unknown>> | undefined): void {
    if (!record) return;
    const { event } = record;
    this.alarms.add(record);
    this.epoch = Math.max(this.epoch, numberOf(event === 'done' ? record.epochs : event === 'epoch' ? record.epoch : undefined) ?? 0); // prettier-ignore
    this.step = Math.max(this.step, numberOf(record.step) ?? numberOf(record.steps) ?? 0);
    this.totalSteps = numberOf(record.totalSteps) ?? this.totalSteps;
    this.seconds = numberOf(record.time) ?? this.seconds + ((event === 'epoch' ? numberOf(record.seconds) : undefined) ?? 0);
    if (event === 'epoch') this.#addEpoch(record);
    // It goes on.
    if (event === 'epoch' || event === 'step') this.isNonFinite = false;
    if (event === 'done') this.done = typeof record.reason === 'string' ? record.reason : 'finished';
    else this.done = undefined;
    if (event === 'non-finite') {
      this.isNonFinite = record.action === 'stopped';
      // It went back.
      if (record.action === 'rolled-back') this.step = numberOf(record.step) ?? this.step;
    }
  }

  /** To be called when all lines have been read for now. */
  settle(): void {
    if (this.#lastStep === undefined) return;
    const done = this.done;
    this.add(asRecord(this.#lastStep));
    this.#lastStep = undefined;
    this.done = done;
  }

  /** The criterion after each epoch, at most 60 of them, the last among them. */
  get trend(): readonly (number | null)[] {
    const every = Math.ceil(this.#trend.length / trendLength);
    return this.#trend.filter((_, at) => (this.#trend.length - 1 - at) % every === 0);
  }

  #addEpoch(record: Readonly<Record<string, unknown>>): void {
    const means = Object(record.validation ?? record.training) as Record<string, unknown>;
    const [elbo, reconstruction, kl] = [means.elbo, means.reconstruction, means.kl].map(numberOf);
    this.means = {
      split: record.validation ? 'validation' : 'training',
      ...(elbo !== undefined && { elbo }),
      ...(reconstruction !== undefined && { reconstruction }),
      ...(kl !== undefined && { kl }),
    };
    const said = Object(means.criterion) as Record<string, unknown>;
    const metric = typeof said.metric === 'string' ? said.metric.slice(0, 100) : 'elbo';
    const direction = said.direction === 'min' ? 'min' : 'max';
    const value = numberOf(said.value) ?? elbo;
    const before = this.criterion?.metric === metric ? this.criterion.best : undefined;
    if (value !== undefined) this.criterion = { metric, direction, best: before === undefined ? value : Math[direction](before, value) }; // prettier-ignore
    if (this.#epochs++ % this.#every !== 0) return;
    this.#trend.push(value ?? null);
    if (this.#trend.length < 2 * trendLength) return;
    this.#trend.splice(0, this.#trend.length, ...this.#trend.filter((_, at) => at % 2 === 0));
    this.#every *= 2;
  }
}
