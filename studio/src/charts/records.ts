// What is known of a run's metrics on the page: an answer of the server, and the lines of metrics.jsonl that came since.
import type { ColumnPoints } from '../../../src/api/record/column.ts';
import type { RunSeries } from '../../../src/studio/contract.ts';
import { namedNumbers } from '../../../src/studio/series/named-numbers.ts';

export interface LiveRun {
  readonly metrics: Map<string, ColumnPoints>;
  readonly perDimension: { readonly epochs: number[]; readonly values: (readonly (number | null)[])[] };
  readonly activeUnits: { readonly epochs: number[]; readonly values: number[] };
  /** Seconds that the epochs took so far: the time of a record that has none of its own. */
  seconds: number;
  problem?: unknown;
}

export function emptyRun(): LiveRun {
  return {
    metrics: new Map(),
    perDimension: { epochs: [], values: [] },
    activeUnits: { epochs: [], values: [] },
    seconds: 0,
  };
}

export function fromAnswer({ series, klPerDimension, activeUnits }: RunSeries): LiveRun {
  const run = emptyRun();
  for (const { name, step, epoch, time, value, low, high } of series) {
    run.metrics.set(name, { step: [...step], epoch: [...epoch], time: [...time], value: [...value], low: [...low], high: [...high] }); // prettier-ignore
    for (const seconds of time) if (name.startsWith('training.') && seconds !== null) run.seconds = Math.max(run.seconds, seconds); // prettier-ignore
  }
  run.perDimension.epochs.push(...(klPerDimension?.epochs ?? []));
  run.perDimension.values.push(...(klPerDimension?.values ?? []));
  run.activeUnits.epochs.push(...(activeUnits?.epochs ?? []));
  run.activeUnits.values.push(...(activeUnits?.values ?? []));
  return run;
}

/** Adds a line of metrics.jsonl; one that is older than what is there is known already. */
export function appendRecord(run: LiveRun, record: Readonly<Record<string, unknown>>): void {
  const { event, step, epoch, seconds, time } = record;
  if (typeof step !== 'number' || typeof epoch !== 'number') return;
  if (event === 'epoch' && typeof seconds === 'number') run.seconds += seconds;
  const at = typeof time === 'number' ? time : event === 'epoch' && run.seconds > 0 ? run.seconds : null;
  for (const { name, value } of namedNumbers(record)) {
    let metric = run.metrics.get(name);
    if (!metric) run.metrics.set(name, (metric = { step: [], epoch: [], time: [], value: [], low: [], high: [] }));
    const last = metric.step.at(-1);
    if (last !== undefined && step <= last) continue;
    const number = Number.isFinite(value) ? value : null;
    metric.step.push(step);
    metric.epoch.push(epoch);
    metric.time.push(at);
    for (const list of [metric.value, metric.low, metric.high]) list.push(number);
  }
  if (event === 'epoch') appendLatent(run, record, epoch);
}

function appendLatent(run: LiveRun, record: Readonly<Record<string, unknown>>, epoch: number): void {
  const said = [record.validation, record.training, record].map((each) => Object(each) as Record<string, unknown>);
  const perDimension = said.map((each) => each.klPerDimension).find((each) => Array.isArray(each));
  const active = said.map((each) => each.activeUnits).find((each) => typeof each === 'number');
  if (perDimension && epoch > (run.perDimension.epochs.at(-1) ?? -1)) {
    run.perDimension.epochs.push(epoch);
    run.perDimension.values.push(perDimension as (number | null)[]);
  }
  if (active !== undefined && epoch > (run.activeUnits.epochs.at(-1) ?? -1)) {
    run.activeUnits.epochs.push(epoch);
    run.activeUnits.values.push(active);
  }
}
