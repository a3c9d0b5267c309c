// In Node; pages have threads.page.ts in its place: package.json, `imports`.
import { Worker } from 'node:worker_threads';
import { RootsigmaError } from '../../core/index.ts';
import type { FollowerTask, FollowerThread } from './follower-thread.ts';

/** Why threads cannot share a step here, where they cannot. */
export function whyAlone(engineName: string): string | undefined {
  return engineName === 'onnxruntime-node' ? undefined : `${engineName} shares each op among its threads instead`;
}

/** What to say of how many threads take the steps: in Node nothing, as all that there are may. */
export const threadNotice: (count: number) => string | undefined = () => undefined;

/** @param entry the module that the thread runs, where it is not the one beside this */
export function startFollower(
  task: FollowerTask,
  entry: URL = new URL('./follower.js', import.meta.url),
): FollowerThread {
  // Flags of the process can be such that no file can run (`--input-type`), and loaders that the follower needs not.
  const worker = new Worker(entry, { workerData: task, execArgv: [] });
  return {
    ready: new Promise((resolve) => {
      worker.once('message', () => {
        resolve();
      });
    }),
    failure: new Promise((resolve) => {
      worker.on('error', resolve);
      worker.on('exit', (code) => {
        if (code !== 0) resolve(new RootsigmaError(`a thread ended with code ${code}`));
      });
    }),
    end: new Promise((resolve) => {
      worker.once('exit', () => {
        resolve();
      });
    }),
    kill: () => {
      void worker.terminate();
    },
    hold: (on) => {
      if (on) worker.ref();
      else worker.unref();
    },
  };
}

/** Calls back before the process ends, until the function returned is called. */
export function beforeExit(callback: () => void): () => void {
  process.on('exit', callback);
  return () => {
    process.off('exit', callback);
  };
}
