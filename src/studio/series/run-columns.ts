import type { RunSeries, Series } from '../contract.ts';
import { Column } from './column.ts';
import { namedNumbers } from './named-numbers.ts';

/** Buckets of a metric, metrics of a run, points of an answer: what a run's series may take. */
const mostBuckets = 2 ** 15;
const mostMetrics = 256;
const mostPoints = 200_000;
/** Rows of KL per dimension: beyond, every other epoch is left out, and so again. */
const mostEpochs = 512;

/** What a run's log says of each metric, in bounded memory. */
export class RunColumns {
  #columns = new Map<string, Column>();
  #seconds = 0;
  #perDimension = new EpochRows<readonly number[]>();
  #activeUnits = new EpochRows<number>();

  /** Bytes that it takes, about. */
  get bytes(): number {
    return [...this.#columns.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(record: Readonly<Record<string, unknown>>): void {
    const { event, epoch, step, seconds, time } = record;
    if (typeof step !== 'number') return;
    if (event === 'epoch' && typeof seconds === 'number') this.#seconds += seconds;
    const place = {
      step,
      epoch: typeof epoch === 'number' ? epoch : 0,
      time: typeof time === 'number' ? time : event === 'epoch' && this.#seconds > 0 ? this.#seconds : NaN,
    };
    for (const { name, value } of namedNumbers(record)) {
      let column = this.#columns.get(name);
      if (!column) {
        if (this.#columns.size >= mostMetrics || name.length > 100) continue;
        this.#columns.set(name, (column = new Column(mostBuckets)));
      }
      column.push(value, place);
    }
    if (event === 'epoch') this.#addLatent(record, place.epoch);
  }

  /** @param names which metrics; without, all */
  series(points: number, names: ReadonlySet<string> | undefined): Omit<RunSeries, 'id' | 'cursor' | 'position'> {
    const chosen = [...this.#columns].filter(([name]) => names?.has(name) ?? true);
    const each = Math.max(2, Math.min(points, Math.floor(mostPoints / Math.max(1, chosen.length))));
    const series = chosen.map(([name, column]): Series => ({ name, ...column.points(each) }));
    const [perDimension, activeUnits] = [this.#perDimension, this.#activeUnits];
    return {
      series,
      ...(perDimension.epochs.length > 0 && { klPerDimension: { epochs: perDimension.epochs, values: perDimension.values } }), // prettier-ignore
      ...(activeUnits.epochs.length > 0 && {
        activeUnits: { epochs: activeUnits.epochs, values: activeUnits.values },
      }),
    };
  }

  #addLatent(record: Readonly<Record<string, unknown>>, epoch: number): void {
    const said = [record.validation, record.training, record].map((each) => Object(each) as Record<string, unknown>);
    const perDimension = said.map((each) => each.klPerDimension).find(isNumbers);
    const active = said.map((each) => each.activeUnits).find((each) => typeof each === 'number');
    if (perDimension) this.#perDimension.add(epoch, perDimension);
    if (active !== undefined) this.#activeUnits.add(epoch, active);
  }
}

/** One value an epoch, at most so many: then every other is left out. */
class EpochRows<T> {
  readonly epochs: number[] = [];
  readonly values: T[] = [];
  #every = 1;
  #count = 0;

  add(epoch: number, value: T): void {
    if (this.#count++ % this.#every !== 0) return;
    if (this.epochs.length === mostEpochs) {
      for (const list of [this.epochs, this.values] as unknown[][]) {
        list.splice(0, list.length, ...list.filter((_, at) => at % 2 === 0));
      }
      this.#every *= 2;
      if ((this.#count - 1) % this.#every !== 0) return;
    }
    this.epochs.push(epoch);
    this.values.push(value);
  }
}

function isNumbers(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length <= 4096 && value.every((each) => typeof each === 'number' || each === null)
  );
}
