import { DataError, ValueError, shownValue, version } from '../core/index.ts';
import { eachJsonLine, formatJsonLine, jsonText, nameIn, parseJsonLines, readJson } from '../io/index.ts';
import type { Store } from '../io/index.ts';
import { isSame } from './space.ts';
import type { Parameters } from './space.ts';
import type { SearchSettings } from './sweep-json.ts';
import type { Direction } from './strategies/strategy.ts';

/** The files of a sweep's folder. */
export const sweepFile = {
  settings: 'sweep.json',
  log: 'trials.jsonl',
  card: 'README.md',
  picture: 'parallel-coordinates.png',
  /** The folders of the runs. */
  trials: 'trials',
} as const;

/** The name of a trial's run in the sweep's folder. */
export function runOf(trial: number): string {
  return `${sweepFile.trials}/${String(trial).padStart(3, '0')}`;
}

/** Which of the trials are this sweep's: those whose number leaves `index` − 1 when divided by `count`. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What sweep.json of a sweep's folder holds: what was asked for, and what the machine decided. */
export interface KeptSettings {
  readonly schemaVersion: 1;
  readonly rootsigmaVersion: string;
  readonly settings: SearchSettings;
  /** By what trials are compared. */
  readonly metric: string;
  readonly shard?: Shard | undefined;
  /** Trials that may run at a time, by which the strategy goes. */
  readonly lag: number;
}

/** A line of trials.jsonl. */
export interface BegunRecord {
  readonly event: 'begun';
  readonly job: number;
  readonly trial: number;
  readonly parameters: Parameters;
  readonly epochs?: number | undefined;
}
/** A line of a sweep's log: a trial failed, and is tried again. */
export interface RetriedRecord extends Omit<BegunRecord, 'event'> {
  readonly event: 'retried';
  /** How often it was tried so far. */
  readonly attempts: number;
  /** Why it failed. */
  readonly error: string;
}
/** A line of a sweep's log: what a trial, or a part of one, came to. */
export interface EndedRecord extends Omit<BegunRecord, 'event'> {
  readonly event: 'ended';
  readonly status: 'done' | 'failed';
  readonly value?: number;
  readonly standardError?: number;
  readonly direction?: Direction;
  /** Why it failed. */
  readonly error?: string;
  /** How often it was tried, where that is more than once. */
  readonly attempts?: number;
  readonly seconds: number;
}

/** A sweep's settings and its log, in a store: written line by line, so that what was killed goes on. */
export class KeptSweep {
  readonly store: Store;
  readonly kept: KeptSettings;
  readonly ended: ReadonlyMap<number, EndedRecord>;

  private constructor(store: Store, kept: KeptSettings, ended: ReadonlyMap<number, EndedRecord>) {
    this.store = store;
    this.kept = kept;
    this.ended = ended;
  }

  /** What a store has of a sweep; undefined where it has none. @throws DataError when it is damaged */
  static async read(store: Store): Promise<KeptSweep | undefined> {
    const found = await readJson(store, sweepFile.settings);
    if (found === undefined) return undefined;
    const name = nameIn(store, sweepFile.settings);
    const kept = keptSettings(found, name);
    const bytes = await store.read(sweepFile.log);
    const log = nameIn(store, sweepFile.log);
    const { records } = bytes === undefined ? { records: [] } : parseJsonLines(bytes, { name: log });
    const ended = records.filter((record) => record.event === 'ended').map((record) => endedRecord(record, log));
    return new KeptSweep(store, kept, new Map(ended.map((record) => [record.job, record])));
  }

  /** @throws DataError where the folder holds other things */
  static async create(
    store: Store,
    given: Omit<KeptSettings, 'schemaVersion' | 'rootsigmaVersion'>,
  ): Promise<KeptSweep> {
    const present = await store.list();
    if (present.length > 0) {
      throw new DataError(
        `${store.name}: is not empty and is no sweep (no ${sweepFile.settings}). Choose another folder.`,
      );
    }
    const kept: KeptSettings = { schemaVersion: 1, rootsigmaVersion: version, ...given };
    await store.replace(sweepFile.settings, jsonText(kept));
    return new KeptSweep(store, kept, new Map());
  }

  /**
   * The same with other settings, where those may differ: what is not written there decides no trial.
   * @throws ValueError naming what is another sweep's
   */
  async under(settings: SearchSettings): Promise<KeptSweep> {
    const difference = differenceOf(this.kept.settings, settings);
    if (difference !== undefined) {
      throw new ValueError(
        `${nameIn(this.store, sweepFile.settings)}: is a sweep of other settings: ${difference}. Go on with those that it has (leave the file out), or begin another in a folder of its own.`,
      );
    }
    const kept = { ...this.kept, settings };
    await this.store.replace(sweepFile.settings, jsonText(kept));
    await this.#repair();
    return new KeptSweep(this.store, kept, this.ended);
  }

  async append(record: BegunRecord | RetriedRecord | EndedRecord): Promise<void> {
    await this.store.append(sweepFile.log, formatJsonLine(record));
  }

  /** Drops a last line that a kill has torn, so that the next one stands by itself. */
  async #repair(): Promise<void> {
    const bytes = await this.store.read(sweepFile.log);
    if (bytes === undefined || bytes.length === 0) return;
    let end = 0;
    const torn = eachJsonLine(bytes, { name: nameIn(this.store, sweepFile.log) }, (line) => (end = line.end));
    const isWhole = !torn && bytes.at(-1) === 10;
    if (isWhole) return;
    const text = new TextDecoder().decode(bytes.subarray(0, end));
    await this.store.replace(sweepFile.log, text === '' || text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** What a resumed sweep may have otherwise: how it runs, and more trials. */
const free = ['workers', 'threads', 'failures', 'retries', 'keep'];

/** What two settings differ in, where that makes other trials; undefined where nothing does. */
export function differenceOf(old: SearchSettings, now: SearchSettings): string | undefined {
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  for (const name of names) {
    const [before, after] = [old, now].map((each) => (each as unknown as Readonly<Record<string, unknown>>)[name]);
    if (free.includes(name) || isSame(before, after) || (name === 'strategy' && isMore(before, after))) continue;
    return `'${name}' is ${shownValue(before)} there and ${shownValue(after)} here`;
  }
  return undefined;
}

/** Whether a strategy is the same but for more trials, where those begin as the fewer do. */
function isMore(before: unknown, after: unknown): boolean {
  const [old, now] = [before, after].map((each) => ({ ...(typeof each === 'string' ? { name: each } : (each as object)) })) as [Named, Named]; // prettier-ignore
  const { trials: from = 20, ...others } = old;
  const { trials: to = 20, ...same } = now;
  return (old.name === 'random' || old.name === 'tpe') && to >= from && isSame(others, same);
}

interface Named {
  readonly name?: string;
  readonly trials?: number;
}

function keptSettings(value: unknown, name: string): KeptSettings {
  const kept = value as Partial<KeptSettings> & { readonly schemaVersion?: unknown };
  if (typeof value !== 'object' || value === null || kept.schemaVersion === undefined || !kept.settings) {
    throw new DataError(`${name}: is not what a sweep writes there. A sweep of yours begins in a folder of its own.`);
  }
  if ((kept.schemaVersion as unknown) !== 1) {
    throw new DataError(`${name}: schemaVersion ${shownValue(kept.schemaVersion)} was written by a newer rootsigma; this one reads 1. Update rootsigma.`); // prettier-ignore
  }
  return kept as KeptSettings;
}

function endedRecord(record: Readonly<Record<string, unknown>>, name: string): EndedRecord {
  const { job, trial, parameters, status, value } = record;
  const isRight =
    Number.isSafeInteger(job) &&
    Number.isSafeInteger(trial) &&
    typeof parameters === 'object' &&
    (status === 'failed' || (status === 'done' && typeof value === 'number'));
  if (!isRight) throw new DataError(`${name}: a line is damaged: ${shownValue(record)}.`);
  return record as unknown as EndedRecord;
}
