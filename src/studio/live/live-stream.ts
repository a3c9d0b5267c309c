import type { LiveEvent } from '../contract.ts';
import { LogTail } from '../runs/log-tail.ts';
import { asRecord } from '../runs/records.ts';
import type { RunPlace } from '../runs/run-folders.ts';
import type { Watch } from './watch.ts';

/** A run whose records are asked for. */
export interface AskedRun {
  readonly place: RunPlace;
  /** Where to go on; without, at the end of what there is. */
  readonly cursor: string | undefined;
}

/** Bytes of a log in one event, about. */
const mostBytes = 2 ** 16;
/** So often something is sent, so that whoever is between does not take the connection for dead. */
const beatMs = 15_000;

/**
 * What one listener is sent, event by event as it takes them: nothing waits for a slow one in memory, as its place in each log is all
 * there is to remember. The id of an event holds those places, so that whoever comes back with it goes on there, be the studio another.
 */
export class LiveStream {
  readonly #watch: Watch;
  readonly #tails: ReadonlyMap<string, LogTail>;
  /** Runs whose log may have more. */
  readonly #toRead = new Set<string>();
  #number: number;
  #isGreeted = false;
  readonly #end = new AbortController();

  /** @param asked runs by their ids. @param number of the last change of runs that the listener knows; 0 where it knows none */
  constructor(watch: Watch, asked: readonly AskedRun[], number: number) {
    this.#watch = watch;
    this.#number = number;
    this.#tails = new Map(asked.map(({ place, cursor }) => [place.id, tailOf(place, cursor)]));
    this.#readAll();
  }

  /** Ends what waits. */
  end(): void {
    this.#end.abort();
  }

  /** The next piece of the stream, as text; undefined where it has ended. */
  async next(): Promise<string | undefined> {
    const { signal } = this.#end;
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      return this.#written({ type: 'present', ids: this.#watch.changes.ids });
    }
    let last = performance.now();
    while (!signal.aborted) {
      const event = this.#nextOfRuns() ?? (await this.#nextOfRecords());
      if (event) return this.#written(event);
      await this.#watch.next(Math.max(1, beatMs - (performance.now() - last)), signal);
      this.#readAll();
      if (performance.now() - last < beatMs) continue;
      last = performance.now();
      return ':\n\n';
    }
    return undefined;
  }

  #readAll(): void {
    for (const id of this.#tails.keys()) this.#toRead.add(id);
  }

  #nextOfRuns(): LiveEvent | undefined {
    const change = this.#watch.changes.after(this.#number);
    if (!change) return undefined;
    this.#number = change.number;
    return 'run' in change ? { type: 'run', run: change.run } : { type: 'gone', id: change.gone };
  }

  async #nextOfRecords(): Promise<LiveEvent | undefined> {
    for (const id of this.#toRead) {
      const tail = this.#tails.get(id);
      if (tail?.isAnother() === true) {
        tail.skipToEnd();
        return { type: 'restart', id };
      }
      const [records, positions]: [unknown[], number[]] = [[], []];
      await tail?.readOn(
        ({ text, end }) => {
          const record = asRecord(text);
          if (!record) return;
          records.push(record);
          positions.push(end);
        },
        { most: mostBytes },
      );
      if (tail && records.length > 0) return { type: 'records', id, records, positions, cursor: tail.cursor };
      this.#toRead.delete(id);
    }
    return undefined;
  }

  /** As text/event-stream has it. */
  #written(event: LiveEvent): string {
    return `id: ${this.#id}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  get #id(): string {
    const cursors = [...this.#tails].map(([id, { cursor }]) => `;${id}:${cursor}`);
    return `${this.#watch.changes.series}.${this.#number}${cursors.join('')}`;
  }
}

function tailOf({ root, parts }: RunPlace, cursor: string | undefined): LogTail {
  const tail = new LogTail(root, [...parts, 'metrics.jsonl'], cursor);
  if (cursor === undefined) tail.skipToEnd();
  return tail;
}
