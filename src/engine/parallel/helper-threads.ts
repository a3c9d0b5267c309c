import { startHelper } from '#helpers';
import type { EngineChoice } from '../choice.ts';
import type { Engine } from '../engine.ts';
import { createRemoteEngine } from '../remote/remote-engine.ts';
import type { Helper } from './helpers.ts';

/** A helper's thread with its engine, for all programs that have runs for it. */
export class HelperThread {
  static readonly #started: HelperThread[] = [];
  readonly #helper: Helper;
  readonly engine: Promise<Engine>;
  #users = 0;
  #runs = 0;

  private constructor(helper: Helper, engine: EngineChoice) {
    this.#helper = helper;
    this.engine = createRemoteEngine(helper.worker, { engine, threads: 1 });
    this.engine.catch(() => undefined);
  }

  /** So many of this process's helpers, started where they are not yet: fewer where there can be none. */
  static take(
    count: number,
    options: { readonly engine: EngineChoice; readonly entry?: URL | undefined },
  ): HelperThread[] {
    const started = HelperThread.#started;
    while (started.length < count) {
      const helper = startHelper(options.entry);
      if (!helper) break;
      started.push(new HelperThread(helper, options.engine));
    }
    const taken = started.slice(0, count);
    for (const thread of taken) thread.#users++;
    return taken;
  }

  /** Who took it needs it no more; nothing of theirs runs there. */
  async give(): Promise<void> {
    if (--this.#users > 0) return;
    HelperThread.#started.splice(HelperThread.#started.indexOf(this), 1);
    await this.#helper.end();
  }

  /** Runs under way or waiting there. */
  get runs(): number {
    return this.#runs;
  }

  /** Counts a run, for which the process does not end. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    if (this.#runs++ === 0) this.#helper.hold(true);
    try {
      return await run();
    } finally {
      if (--this.#runs === 0) this.#helper.hold(false);
    }
  }
}
