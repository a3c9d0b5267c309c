import { load } from '../../api/index.ts';
import type { Run } from '../../api/index.ts';
import { fingerprint } from '../../serve/run-folder.ts';
import type { RunPlace } from '../runs/run-folders.ts';
import { insideStore } from './inside-store.ts';

/** A run that stays loaded until it is given back. */
export interface RunLease {
  readonly run: Run;
  /** Tells the model from others in the same folder. */
  readonly identity: string;
  release(): void;
}

export interface RunPoolOptions {
  /** Runs that are kept loaded, at most, those that somebody uses aside. Default: 3. */
  readonly most?: number;
  /** After how many milliseconds without a user a run is freed. Default: 5 minutes. */
  readonly idleMs?: number;
  readonly onNotice: (line: string) => void;
  /** How a folder is loaded. Default: `load`, to read only. */
  readonly open?: (place: PoolPlace, onNotice: (line: string) => void) => Promise<Run>;
}

/** Where a run lies. */
export type PoolPlace = Pick<RunPlace, 'root' | 'parts' | 'path'>;

interface Entry {
  readonly identity: string;
  readonly run: Promise<Run>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** Runs that are loaded when somebody first asks and freed when nobody does any more. */
export class RunPool {
  /** By folder, the one that was used last at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  readonly #idleMs: number;
  readonly #open: (place: PoolPlace) => Promise<Run>;

  constructor({ most = 3, idleMs = 300_000, onNotice, open = openPlace }: RunPoolOptions) {
    this.#most = most;
    this.#idleMs = idleMs;
    this.#open = (place) => open(place, onNotice);
  }

  /** Runs that are loaded. */
  get size(): number {
    return this.#entries.size;
  }

  /** @throws what `load` throws */
  async lease(place: PoolPlace): Promise<RunLease> {
    const folder = place.path;
    const identity = fingerprint(folder);
    let entry = this.#entries.get(folder);
    if (entry?.identity !== identity) {
      if (entry) this.#drop(folder, entry);
      entry = { identity, run: this.#open(place), users: 0, timer: undefined };
    }
    const held = entry;
    this.#entries.delete(folder);
    this.#entries.set(folder, held);
    held.users++;
    clearTimeout(held.timer);
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      held.users--;
      if (held.users > 0) return;
      // Replaced meanwhile: whoever used it last frees it.
      if (this.#entries.get(folder) !== held) void freed(held);
      else held.timer = setTimeout(() => { this.#drop(folder, held); }, this.#idleMs).unref(); // prettier-ignore
      this.#trim();
    };
    try {
      return { run: await held.run, identity, release };
    } catch (error) {
      if (this.#entries.get(folder) === held) this.#entries.delete(folder);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { timer } of entries) clearTimeout(timer);
    await Promise.all(entries.map(freed));
  }

  #trim(): void {
    for (const [folder, entry] of this.#entries) {
      if (this.#entries.size <= this.#most) return;
      if (entry.users === 0) this.#drop(folder, entry);
    }
  }

  #drop(folder: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (this.#entries.get(folder) === entry) this.#entries.delete(folder);
    if (entry.users === 0) void freed(entry);
  }
}

/** One that could not be loaded holds nothing. */
async function freed({ run }: Entry): Promise<void> {
  await run.then((loaded) => loaded.dispose()).catch(() => undefined);
}

function openPlace(place: PoolPlace, onNotice: (line: string) => void): Promise<Run> {
  return load(insideStore(place), { onNotice });
}
