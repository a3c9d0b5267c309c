import type { Codes, CodesProgress } from './codes.ts';

interface Entry {
  readonly codes: Promise<Codes>;
  readonly abort: AbortController;
  readonly listeners: Set<(progress: CodesProgress) => void>;
  /** Who waits for it. */
  waiting: number;
  bytes: number | undefined;
}

export interface CacheRequest {
  readonly onProgress: (progress: CodesProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Codes by what they are of, the last used of so many bytes. Who asks for what is computed already waits with the others and hears how far it
 * is; when all have gone, it is stopped. One is computed at a time: they share the processor.
 */
export class CodeCache {
  /** The one that was used last at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(mostBytes = 2 ** 28) {
    this.#most = mostBytes;
  }

  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  /** @throws what `compute` throws, and the signal's reason */
  async get(
    name: string,
    { onProgress, signal }: CacheRequest,
    compute: (options: { readonly onProgress: (progress: CodesProgress) => void; readonly signal: AbortSignal }) => Promise<Codes>, // prettier-ignore
  ): Promise<Codes> {
    const entry = this.#entries.get(name) ?? this.#begin(name, compute);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    entry.listeners.add(onProgress);
    entry.waiting++;
    let leave: (() => void) | undefined;
    const gone = new Promise<never>((_, reject) => {
      leave = () => {
        reject(signal.reason as Error);
      };
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([entry.codes, gone]);
    } finally {
      if (leave) signal.removeEventListener('abort', leave);
      entry.listeners.delete(onProgress);
      entry.waiting--;
      if (entry.waiting === 0 && entry.bytes === undefined) {
        entry.abort.abort();
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      }
    }
  }

  /** Stops what is computed, and forgets all. */
  clear(): void {
    for (const { abort } of this.#entries.values()) abort.abort();
    this.#entries.clear();
  }

  #begin(name: string, compute: Parameters<CodeCache['get']>[2]): Entry {
    const listeners: Entry['listeners'] = new Set();
    const abort = new AbortController();
    const onProgress = (progress: CodesProgress): void => {
      for (const listener of listeners) listener(progress);
    };
    const codes = this.#last.then(() => {
      abort.signal.throwIfAborted();
      return compute({ onProgress, signal: abort.signal });
    });
    this.#last = codes.catch(() => undefined);
    const entry: Entry = { codes, abort, listeners, waiting: 0, bytes: undefined };
    codes.then(
      ({ bytes }) => {
        entry.bytes = bytes;
        this.#trim();
      },
      () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      },
    );
    return entry;
  }

  #trim(): void {
    let { bytes } = this;
    for (const [name, entry] of this.#entries) {
      // What was asked for last stays, however large.
      if (bytes <= this.#most || this.#entries.size === 1) return;
      if (entry.bytes === undefined) continue;
      bytes -= entry.bytes;
      this.#entries.delete(name);
    }
  }
}
