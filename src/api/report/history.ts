import { eachJsonLine } from '../../io/index.ts';
import type { Store } from '../../io/index.ts';
import { runFile } from '../keeping/run-folder.ts';
import { RunAlarms } from '../record/alarms.ts';
import type { Alarm } from '../record/alarms.ts';
import { Column } from '../record/column.ts';
import type { ColumnPoints } from '../record/column.ts';
import { namedNumbers } from '../record/named-numbers.ts';

/** A row of the KL of latent dimensions. */
export interface KlRow {
  readonly epoch: number;
  readonly values: readonly number[];
  readonly best: boolean;
}

/** What a run's record says of its training. */
export interface History {
  /** Each number by its name, `training.elbo`, in at most so many points. */
  readonly curves: ReadonlyMap<string, ColumnPoints>;
  readonly klPerDimension: readonly KlRow[];
  readonly activeUnits: number | undefined;
  readonly alarms: readonly Alarm[];
  /** How it ended, where the record says so: `finished`. */
  readonly reason: string | undefined;
  readonly epochs: number;
  readonly steps: number;
  readonly bestEpoch: number | undefined;
  readonly seconds: number | undefined;
}

/** Points of a curve, on paper as wide as a page. */
const mostPoints = 400;
const mostBuckets = 4096;
/** Epochs of the picture of KL over time. */
const mostRows = 120;

/** Reads what there is; a run that was never kept has no record. */
export async function readHistory(store: Pick<Store, 'read'> | undefined): Promise<History> {
  const columns = new Map<string, Column>();
  const alarms = new RunAlarms();
  let rows: KlRow[] = [];
  let every = 1;
  let last: Readonly<Record<string, unknown>> = {};
  let [activeUnits, bestEpoch]: (number | undefined)[] = [];
  let [epochs, steps, seconds] = [0, 0, NaN];
  const take = (record: Readonly<Record<string, unknown>>): void => {
    alarms.add(record);
    last = record;
    const { event, epoch, step, time, klPerDimension, best } = record;
    if (typeof time === 'number') seconds = time;
    if (typeof step !== 'number') return;
    steps = Math.max(steps, step);
    const place = { step, epoch: typeof epoch === 'number' ? epoch : 0, time: typeof time === 'number' ? time : NaN };
    for (const { name, value } of namedNumbers(record)) {
      let column = columns.get(name);
      if (!column) columns.set(name, (column = new Column(mostBuckets)));
      column.push(value, place);
    }
    if (event !== 'epoch' || typeof epoch !== 'number') return;
    epochs = Math.max(epochs, epoch);
    if (best === true) bestEpoch = epoch;
    if (typeof record.activeUnits === 'number') activeUnits = record.activeUnits;
    if (!Array.isArray(klPerDimension)) return;
    const values = klPerDimension.map((value: unknown) => (typeof value === 'number' ? value : NaN));
    // Always the last one, and of many every other, and so again.
    if (rows.length > 1 && (rows.at(-1)?.epoch ?? 0) % every !== 0) rows.pop();
    rows.push({ epoch, values, best: best === true });
    if (rows.length <= mostRows) return;
    every *= 2;
    rows = rows.filter((row, at) => row.epoch % every === 0 || at === rows.length - 1);
  };
  const bytes = await store?.read(runFile.metrics);
  if (bytes) {
    eachJsonLine(bytes, { name: runFile.metrics }, ({ record }) => {
      take(record);
    });
  }
  const isDone = last.event === 'done';
  return {
    curves: new Map([...columns].map(([name, column]) => [name, column.points(mostPoints)])),
    klPerDimension: rows,
    activeUnits,
    alarms: alarms.alarms,
    reason: isDone && typeof last.reason === 'string' ? last.reason : undefined,
    epochs,
    steps,
    bestEpoch: isDone && typeof last.bestEpoch === 'number' ? last.bestEpoch : bestEpoch,
    seconds: Number.isNaN(seconds) ? undefined : seconds,
  };
}
