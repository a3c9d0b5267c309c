// The series of some runs: read once, then continued by the records that are written.
import { useEffect, useState } from 'preact/hooks';
import type { RunSeries } from '../../../src/studio/contract.ts';
import { get } from '../api/client.ts';
import { mostWatched, onLive, watchRecords } from '../api/live.ts';
import { isAbort } from '../api/problem.ts';
import { appendRecord, emptyRun, fromAnswer } from './records.ts';
import type { LiveRun } from './records.ts';

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

  /** What charts there are to be: it differs when one has come or gone, or a run can no longer be read. */
  get outline(): string {
    return JSON.stringify([...this.runs].map(([id, { metrics, perDimension, activeUnits, problem }]) =>
      [id, [...metrics.keys()], perDimension.epochs.length > 0, activeUnits.epochs.length > 0, problem !== undefined])); // prettier-ignore
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Of these runs, as long as the component is there, which is drawn anew when other charts are due; each chart follows its numbers itself. */
export function useSeries(ids: readonly string[]): SeriesStore | undefined {
  const [store, setStore] = useState<SeriesStore>();
  const [, setOutline] = useState('');
  const key = ids.join(',');
  useEffect(() => {
    const opened = new SeriesStore(key === '' ? [] : key.split(','));
    setStore(opened);
    const end = opened.onChange(() => {
      setOutline(opened.outline);
    });
    return () => {
      end();
      opened.close();
    };
  }, [key]);
  return store;
}
