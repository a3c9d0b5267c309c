import type { KnownRuns } from '../runs/known-runs.ts';
import { RunChanges } from './run-changes.ts';

/** At most which share of the time looking takes. */
const share = 0.1;

export interface WatchOptions {
  /** Milliseconds between two looks. */
  readonly every: number;
  readonly onFault: (error: unknown) => void;
}

/** Looks at the runs while somebody listens, and at no other time. */
export class Watch {
  readonly changes = new RunChanges();
  readonly #runs: KnownRuns;
  readonly #options: WatchOptions;
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(runs: KnownRuns, options: WatchOptions) {
    this.#runs = runs;
    this.#options = options;
  }

  get listeners(): number {
    return this.#listeners;
  }

  /** Begins to look, for one more. The first look is over when this settles. */
  async join(): Promise<void> {
    this.#listeners++;
    await this.#look();
    if (this.#listeners > 0) this.#plan();
  }

  leave(): void {
    if (--this.#listeners > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Settles after the next look, or after so many milliseconds, or when it is aborted. */
  next(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#waiting.add(end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }

  /** Looks now: something has just been done. */
  async hurry(): Promise<void> {
    this.#runs.folders.look();
    if (this.#listeners > 0) await this.#look();
  }

  #plan(took = 0): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.#look();
      },
      Math.max(this.#options.every, took / share),
    ).unref();
  }

  /** One look at a time. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      for (const end of [...this.#waiting]) end();
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const started = performance.now();
    try {
      this.changes.note(await this.#runs.summaries());
    } catch (error) {
      this.#options.onFault(error);
    }
    if (this.#listeners > 0) this.#plan(performance.now() - started);
  }
}
