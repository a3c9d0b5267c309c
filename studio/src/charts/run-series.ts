// The series of some runs: read once, then continued by the records that are written.
import { useEffect, useState } from 'preact/hooks';
import type { RunSeries } from '../../../src/studio/contract.ts';
import { namedNumbers } from '../../../src/studio/series/named-numbers.ts';
import { get } from '../api/client.ts';
import { mostWatched, onLive, watchRecords } from '../api/live.ts';
import { isAbort } from '../api/problem.ts';

/** Points of one metric that grow while a run trains. */
export interface Points {
  readonly step: number[];
  readonly epoch: number[];
  readonly time: (number | null)[];
  readonly value: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

export interface LiveRun {
  readonly metrics: Map<string, Points>;
  readonly perDimension: { readonly epochs: number[]; readonly values: (readonly (number | null)[])[] };
  readonly activeUnits: { readonly epochs: number[]; readonly values: number[] };
  /** Seconds that the epochs took so far: the time of a record that has none of its own. */
  seconds: number;
  problem?: unknown;
}

/** How many points a metric is drawn by; when as many more have come, they are read anew, joined. */
const points = 1000;

/** What is known of some runs, and who is told when there is more. */
export class SeriesStore {
  readonly runs = new Map<string, LiveRun>();
  readonly #listeners = new Set<() => void>();
  readonly #ends = new Map<string, () => void>();
  readonly #controller = new AbortController();

  constructor(ids: readonly string[]) {
    for (const id of ids.slice(0, mostWatched)) void this.#read(id);
    const end = onLive((event) => {
      if (event.type === 'records') this.#add(event.id, event.records);
      if (event.type === 'restart' && this.runs.has(event.id)) void this.#read(event.id);
    });
    this.#controller.signal.addEventListener('abort', end);
  }

  close(): void {
    this.#controller.abort();
    for (const end of this.#ends.values()) end();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async #read(id: string): Promise<void> {
    const { signal } = this.#controller;
    // What is told meanwhile is in the answer, or comes after its cursor.
    this.#ends.get(id)?.();
    this.#ends.delete(id);
    try {
      const answer = await get<RunSeries>(`runs/${id}/series?points=${points}`, { signal });
      if (signal.aborted) return;
      this.runs.set(id, fromAnswer(answer));
      this.#ends.get(id)?.();
      this.#ends.set(id, watchRecords(id, answer.cursor));
    } catch (problem) {
      if (isAbort(problem)) return;
      this.runs.set(id, { ...(this.runs.get(id) ?? emptyRun()), problem });
    }
    this.#tell();
  }

  #add(id: string, records: readonly unknown[]): void {
    const run = this.runs.get(id);
    if (!run || !this.#ends.has(id)) return;
    for (const record of records) if (typeof record === 'object' && record !== null) appendRecord(run, record as Readonly<Record<string, unknown>>); // prettier-ignore
    const most = Math.max(0, ...[...run.metrics.values()].map(({ step }) => step.length));
    if (most > 2 * points) void this.#read(id);
    else this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function emptyRun(): LiveRun {
  return {
    metrics: new Map(),
    perDimension: { epochs: [], values: [] },
    activeUnits: { epochs: [], values: [] },
    seconds: 0,
  };
}

function fromAnswer({ series, klPerDimension, activeUnits }: RunSeries): LiveRun {
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

/** Of these runs, as long as the component is there; `version` counts what has changed. */
export function useSeries(ids: readonly string[]): {
  readonly store: SeriesStore | undefined;
  readonly version: number;
} {
  const [store, setStore] = useState<SeriesStore>();
  const [version, setVersion] = useState(0);
  const key = ids.join(',');
  useEffect(() => {
    const opened = new SeriesStore(key === '' ? [] : key.split(','));
    setStore(opened);
    // What a burst of records changes is drawn once.
    let isDue = false;
    const end = opened.onChange(() => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        setVersion((old) => old + 1);
      });
    });
    return () => {
      end();
      opened.close();
    };
  }, [key]);
  return { store, version };
}
