import { HttpError } from '../server/index.ts';
import type { Histogram } from '../server/index.ts';
import type { RowAlignment } from './alignment.ts';
import { joinRows, rowsFrom, slotted } from './rows.ts';
import type { Rows } from './rows.ts';
import type { NdArray } from '../core/index.ts';
import { concatenated, part } from './array-rows.ts';

/** Arrays by name, whose first axis is the rows'. */
export type Outputs = Readonly<Record<string, NdArray>>;

/** What rows of different requests are computed by together. */
export interface Group {
  /** Equal keys are computed together: the run as it is loaded, the operation, its options. */
  readonly key: string;
  /** For metrics, and for how many came together the last time. */
  readonly labels: { readonly run: string; readonly operation: string };
  readonly alignment: RowAlignment;
  /** Rows that go through at once: a multiple of 16. */
  readonly piece: number;
  compute(rows: Rows): Promise<Outputs>;
}

export interface SchedulerOptions {
  /** Rows of a batch. */
  readonly maxBatch: number;
  /** How long a request waits for others. */
  readonly maxWaitMs: number;
  /** Requests that wait, at most. */
  readonly maxQueue: number;
  readonly deadlineMs: number;
  readonly batchRows?: Histogram | undefined;
  readonly batchSeconds?: Histogram | undefined;
}

interface Item {
  readonly rows: Rows;
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  isOver: boolean;
}

interface Batch {
  readonly group: Group;
  readonly items: Item[];
  /** With what alignment adds. */
  rows: number;
}

interface Solo {
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  isOver: boolean;
}

/**
 * Who computes when. Requests for the same thing become one batch: it starts when it is full, when as many have come as last time (clients
 * that are answered together ask together), or when its first request has waited for `maxWaitMs`. One batch is computed at a time, as the
 * engine has the thread; what has draws of its own is computed alone, one beside the batches.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #batches = new Map<string, Batch>();
  readonly #lastCounts = new Map<string, number>();
  readonly #solos: Solo[] = [];
  #isComputing = false;
  #hasSolo = false;
  #waiting = 0;
  #running = 0;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;
  /** Seconds that a request took lately, for `Retry-After`. */
  #pace = 0.05;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Requests that are computed. */
  get running(): number {
    return this.#running;
  }

  /**
   * What a group computes of rows.
   *
   * @throws HttpError 503 where too many wait, 504 where its time is over; what `compute` throws
   */
  rows(group: Group, rows: Rows): Promise<Outputs> {
    this.#admit();
    return this.#inTime(
      (settle) => {
        const item: Item = { rows, ...settle, since: performance.now(), isOver: false };
        const size = slotted(rows.count, group.alignment);
        const open = this.#batches.get(group.key);
        const room = Math.min(this.#options.maxBatch, group.piece);
        if (open && open.rows + size <= room) {
          open.items.push(item);
          open.rows += size;
        } else {
          // A batch that has no room left goes its way under a key of its own.
          if (open) {
            this.#batches.delete(group.key);
            this.#batches.set(`${group.key} ${crypto.randomUUID()}`, { ...open, rows: Infinity });
          }
          this.#batches.set(group.key, { group, items: [item], rows: size });
        }
        return item;
      },
      () => undefined,
    );
  }

  /** What is computed by itself. The signal fires when its time is over, or nobody waits for it any more. */
  alone<T>(run: (signal: AbortSignal) => Promise<T>, gone?: AbortSignal): Promise<T> {
    this.#admit();
    const over = new AbortController();
    const signal = gone ? AbortSignal.any([over.signal, gone]) : over.signal;
    return this.#inTime(
      (settle) => {
        const solo: Solo = { run, ...settle, signal, isOver: false };
        this.#solos.push(solo);
        return solo;
      },
      () => {
        over.abort();
      },
    );
  }

  #admit(): void {
    if (this.#waiting < this.#options.maxQueue) return;
    const seconds = Math.min(60, Math.max(1, Math.ceil(this.#waiting * this.#pace)));
    throw new HttpError(503, `${this.#waiting} requests wait already, which is the limit (--max-queue).`, {
      'retry-after': String(seconds),
    });
  }

  /** A promise with the deadline on it. @param enter puts the work where it waits */
  #inTime<T>(
    enter: (settle: { resolve: (value: T) => void; reject: (error: unknown) => void }) => { isOver: boolean },
    onOver: () => void,
  ): Promise<T> {
    const { deadlineMs } = this.#options;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        work.isOver = true;
      };
      const settle = {
        resolve: (value: T) => {
          done();
          resolve(value);
        },
        reject: (error: unknown) => {
          done();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const timer = setTimeout(() => {
        work.isOver = true;
        onOver();
        reject(
          new HttpError(
            504,
            `the answer was not there after ${deadlineMs / 1000} s, which is the deadline (--deadline).`,
          ),
        );
      }, deadlineMs);
      this.#waiting++;
      const work = enter(settle);
      this.#look();
    });
  }

  /** Once everybody who came in this turn of the event loop has been heard. */
  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      this.#start();
    });
  }

  #start(): void {
    if (!this.#hasSolo) void this.#computeSolo();
    if (this.#isComputing) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    let next = Infinity;
    for (const [key, batch] of this.#batches) {
      const left = this.#waitOf(batch, now);
      if (left <= 0) {
        this.#batches.delete(key);
        void this.#compute(batch);
        return;
      }
      next = Math.min(next, left);
    }
    if (next < Infinity) this.#timer = setTimeout(() => { this.#start(); }, Math.ceil(next)); // prettier-ignore
  }

  /** Milliseconds until the batch starts; batches are in the order in which they began. */
  #waitOf({ group, items, rows }: Batch, now: number): number {
    const { maxBatch, maxWaitMs } = this.#options;
    if (rows >= Math.min(maxBatch, group.piece)) return 0;
    if (items.length >= (this.#lastCounts.get(labelKey(group)) ?? 1)) return 0;
    return (items[0]?.since ?? 0) + maxWaitMs - now;
  }

  async #compute({ group, items }: Batch): Promise<void> {
    this.#isComputing = true;
    const live = items.filter(({ isOver }) => !isOver);
    this.#waiting -= items.length;
    this.#running += live.length;
    const began = performance.now();
    try {
      const [first, ...others] = live;
      if (first) {
        this.#lastCounts.set(labelKey(group), live.length);
        await computeItems(group, [first, ...others]);
        const seconds = (performance.now() - began) / 1000;
        this.#options.batchRows?.observe(
          live.reduce((sum, { rows }) => sum + rows.count, 0),
          group.labels,
        );
        this.#options.batchSeconds?.observe(seconds, group.labels);
        this.#pace += 0.1 * (seconds / live.length - this.#pace);
      }
    } finally {
      this.#running -= live.length;
      this.#isComputing = false;
      this.#look();
    }
  }

  async #computeSolo(): Promise<void> {
    const solo = this.#solos.shift();
    if (!solo) return;
    this.#waiting--;
    this.#hasSolo = true;
    this.#running++;
    try {
      if (!solo.isOver) solo.resolve((await solo.run(solo.signal)) as never);
    } catch (error) {
      solo.reject(error);
    } finally {
      this.#running--;
      this.#hasSolo = false;
      this.#look();
    }
  }
}

function labelKey({ labels }: Group): string {
  return `${labels.run}/${labels.operation}`;
}

/** What goes wrong for several at once is looked for one by one, so that everybody hears of their own alone. */
async function computeItems(group: Group, items: readonly [Item, ...Item[]]): Promise<void> {
  const rows = items.map((item) => item.rows) as unknown as readonly [Rows, ...Rows[]];
  try {
    const outputs = await computeTogether(group, rows);
    items.forEach(({ resolve }, k) => {
      resolve(outputs[k] ?? {});
    });
  } catch (error) {
    if (items.length === 1) items[0].reject(error);
    else for (const item of items) await computeItems(group, [item]);
  }
}

/** What a group computes of the rows of several requests, for each: the bits are those that it has alone. */
export async function computeTogether(group: Group, requests: readonly [Rows, ...Rows[]]): Promise<Outputs[]> {
  const joined = joinRows(requests, group.alignment);
  const outputs = await inPieces(group, joined);
  return requests.map(({ count }, k) => {
    const start = joined.offsets[k] ?? 0;
    return mapOutputs(outputs, (array) => part(array, start, start + count));
  });
}

async function inPieces(group: Group, rows: Rows): Promise<Outputs> {
  if (rows.count <= group.piece) return group.compute(rows);
  const parts: Outputs[] = [];
  for (let start = 0; start < rows.count; start += group.piece) {
    parts.push(await group.compute(rowsFrom(rows, start, Math.min(rows.count, start + group.piece))));
  }
  const [first = {}] = parts;
  return mapOutputs(first, (_, name) => concatenated(parts.flatMap((outputs) => outputs[name] ?? [])));
}

function mapOutputs(outputs: Outputs, change: (array: NdArray, name: string) => NdArray): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, array]) => [name, change(array, name)]));
}
