import { basename, resolve } from 'node:path';
import { Run, load } from '../api/index.ts';
import type { LoadOptions } from '../api/index.ts';
import { ValueError, nearestName } from '../core/index.ts';
import { TableEncoder } from '../data/index.ts';
import { HttpError } from '../server/index.ts';
import { rowAlignment } from './alignment.ts';
import type { RowAlignment } from './alignment.ts';
import { fingerprint, readOnlyFolder, writerIn } from './run-folder.ts';

/** A run as it was loaded, and who computes with it. */
export interface LoadedRun {
  readonly name: string;
  /** 1, and one more whenever it is loaded anew. */
  readonly generation: number;
  readonly run: Run;
  readonly alignment: RowAlignment;
  readonly table: TableEncoder | undefined;
  readonly loadedAt: Date;
}

/** A run that stays as it is until it is given back. */
export interface Lease {
  readonly loaded: LoadedRun;
  release(): void;
}

export interface ServedRunsOptions {
  readonly load: Omit<LoadOptions, 'onNotice'>;
  readonly onNotice: (line: string) => void;
  /** Told of every attempt to load a run anew. */
  readonly onReload?: (name: string, result: 'loaded' | 'failed') => void;
}

interface Entry {
  readonly name: string;
  /** Undefined for a run that was given as such. */
  readonly path: string | undefined;
  loaded: LoadedRun;
  readonly users: Map<LoadedRun, number>;
  /** What the folder was like when it was loaded, and when it was last looked at. */
  print: string | undefined;
  seen: string | undefined;
  /** What was said already of what is there now. */
  said: string | undefined;
}

/** Where the library's notices go while it computes for somebody. */
let listener: ((line: string) => void) | undefined;

/**
 * Computes with somebody who hears the notices. What is computed so at the same time hears each other's: the scheduler computes one
 * thing by itself at a time. (Node's own way, AsyncLocalStorage, makes every promise of the process dearer.)
 */
export function hearing<T>(onNotice: (line: string) => void, compute: () => T): T {
  const before = listener;
  const restore = (): void => {
    listener = before;
  };
  listener = onNotice;
  try {
    const result = compute();
    if (result instanceof Promise) void result.then(restore, restore);
    else restore();
    return result;
  } catch (error) {
    restore();
    throw error;
  }
}

/** What a run may be called in an address. */
export const runName = /^(?!\.{1,2}$)[\w.-]{1,100}$/;

/** A run's name where none is given: its folder's. @throws ValueError for one that fits no address */
export function nameFor(path: string): string {
  const name = basename(resolve(path)).replaceAll(/[^\w.-]+/g, '-');
  if (runName.test(name)) return name;
  throw new ValueError(`serve: '${path}' has no name that fits an address; give it one, NAME=${path}.`);
}

/** The runs of a server by their names: loaded, and loaded anew when their folders hold others. */
export class ServedRuns {
  readonly #entries = new Map<string, Entry>();
  readonly #options: ServedRunsOptions;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;

  private constructor(options: ServedRunsOptions) {
    this.#options = options;
  }

  /** @throws what `load` throws, for the first that cannot be loaded */
  static async open(sources: Readonly<Record<string, string | Run>>, options: ServedRunsOptions): Promise<ServedRuns> {
    const runs = new ServedRuns(options);
    try {
      for (const [name, source] of Object.entries(sources)) {
        if (!runName.test(name))
          throw new ValueError(`serve: '${name}' is no name for a run: letters, digits, '_', '-' and '.'.`);
        const path = source instanceof Run ? undefined : source;
        const print = path === undefined ? undefined : fingerprint(path);
        const loaded = await runs.#load(name, source, 1);
        runs.#entries.set(name, { name, path, loaded, users: new Map(), print, seen: print, said: undefined });
      }
    } catch (error) {
      await runs.dispose();
      throw error;
    }
    return runs;
  }

  /** As they are loaded now. */
  get all(): readonly LoadedRun[] {
    return [...this.#entries.values()].map(({ loaded }) => loaded);
  }

  /** @param name without, the only one. @throws HttpError 404 for one that there is not */
  lease(name: string | undefined): Lease {
    const entry = this.#find(name);
    const { loaded, users } = entry;
    users.set(loaded, (users.get(loaded) ?? 0) + 1);
    let isHeld = true;
    return {
      loaded,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        users.set(loaded, (users.get(loaded) ?? 1) - 1);
        this.#retire(entry, loaded);
      },
    };
  }

  /** Looks for runs that were replaced every so many milliseconds. */
  watch(everyMs: number): void {
    this.#timer = setInterval(() => void this.check(), everyMs).unref();
  }

  /**
   * Looks for runs that were replaced. Files that changed are loaded once they are the same a second time and nobody writes there, and
   * thrown away where they changed meanwhile: a run that is half written is never served.
   */
  check(): Promise<void> {
    this.#checking ??= this.#checkAll().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async dispose(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
    // Runs that were given as such are their owner's.
    const own = [...this.#entries.values()].filter(({ path }) => path !== undefined);
    await Promise.all(own.map(({ loaded }) => loaded.run.dispose()));
    this.#entries.clear();
  }

  async #checkAll(): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (entry.path === undefined) continue;
      const { path } = entry;
      const print = fingerprint(path);
      const isStill = print === entry.seen;
      entry.seen = print;
      if (print === entry.print || !isStill) continue;
      const writer = writerIn(path);
      if (writer === undefined) await this.#reload(entry, path, print);
      else this.#say(entry, `${entry.name}: ${writer} writes in ${path}; it is loaded when that has ended.`);
    }
  }

  async #reload(entry: Entry, path: string, print: string): Promise<void> {
    const { name, loaded: old } = entry;
    let loaded: LoadedRun;
    try {
      loaded = await this.#load(name, path, old.generation + 1);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (
        this.#say(entry, `${name}: what is in ${path} now cannot be loaded, the run of before is served on. ${reason}`)
      )
        this.#options.onReload?.(name, 'failed');
      return;
    }
    if (fingerprint(path) !== print || writerIn(path) !== undefined) {
      await loaded.run.dispose();
      return;
    }
    Object.assign(entry, { loaded, print, said: undefined });
    this.#options.onReload?.(name, 'loaded');
    this.#options.onNotice(`${name}: loaded anew from ${path}.`);
    this.#retire(entry, old);
  }

  /** Each line once for what is there. */
  #say(entry: Entry, line: string): boolean {
    const about = `${entry.seen ?? ''} ${line}`;
    if (entry.said === about) return false;
    entry.said = about;
    this.#options.onNotice(line);
    return true;
  }

  /** Frees a run that has been replaced once nobody computes with it. */
  #retire(entry: Entry, loaded: LoadedRun): void {
    if ((entry.users.get(loaded) ?? 0) > 0) return;
    entry.users.delete(loaded);
    if (entry.loaded !== loaded && entry.path !== undefined) void loaded.run.dispose();
  }

  async #load(name: string, source: string | Run, generation: number): Promise<LoadedRun> {
    const { onNotice } = this.#options;
    const hear = (line: string): void => {
      (listener ?? onNotice)(line);
    };
    const run =
      source instanceof Run ? source : await load(readOnlyFolder(source), { ...this.#options.load, onNotice: hear });
    const { table } = run.config.data;
    return {
      name,
      generation,
      run,
      alignment: rowAlignment(run),
      table: table && new TableEncoder(table),
      loadedAt: new Date(),
    };
  }

  #find(name: string | undefined): Entry {
    const names = [...this.#entries.keys()];
    if (name === undefined) {
      const [only] = this.#entries.values();
      if (only && names.length === 1) return only;
      throw new HttpError(404, `several runs are served: say which, /runs/NAME/…, of ${names.join(', ')}.`);
    }
    const entry = this.#entries.get(name);
    if (entry) return entry;
    const nearest = nearestName(name, names);
    throw new HttpError(404, `no run '${name}' is served${nearest === undefined ? '.' : `; did you mean '${nearest}'?`} There are ${names.join(', ')}.`); // prettier-ignore
  }
}
