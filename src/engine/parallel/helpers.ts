// In Node; pages have helpers.page.ts in its place: package.json, `imports`.
import { Worker as NodeWorker } from 'node:worker_threads';
import { asPageWorker } from '../../core/messages/index.ts';
import { HelperState } from './helper-state.ts';

/** A thread that runs programs for this one. */
export interface Helper {
  /** Takes and gives messages as a page's worker does. */
  readonly worker: Worker;
  /** Whether the process waits for it. */
  hold(on: boolean): void;
  /** Ends it. Nothing may run there. */
  end(): Promise<unknown>;
}

/** How long the end of the process may be held up by a run under way. */
const timeoutMs = 20_000;

/** @param entry the module that the thread runs, where it is not the one beside this */
export function startHelper(entry: URL = new URL('./helper.js', import.meta.url)): Helper | undefined {
  const state = new HelperState();
  // Flags of the process can be such that no file can run (`--input-type`), and loaders that the helper needs not.
  const thread = new NodeWorker(entry, { workerData: state.words, execArgv: [] });
  thread.unref();
  const drain = (): void => {
    state.drain(timeoutMs);
  };
  process.on('exit', drain);
  return {
    worker: asPageWorker(thread),
    hold: (on) => {
      if (on) thread.ref();
      else thread.unref();
    },
    end: () => {
      process.off('exit', drain);
      return thread.terminate();
    },
  };
}
