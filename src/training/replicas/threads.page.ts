// In pages; Node has threads.ts in its place.
import { UnsupportedError } from '../../core/index.ts';
import { WorkerCalls } from '../../core/messages/index.ts';
import type { FollowerTask, FollowerThread } from './follower-thread.ts';

/** The script that followers run: this worker's own, where it is `rootsigma/worker`. */
let script: string | undefined;

/** Says that this thread runs `rootsigma/worker`, whose script followers can run too. */
export function shareStepsBy(url: string): void {
  script = url;
}

/** Why threads cannot share a step here, where they cannot: they meet in shared memory, and a page's own thread may not wait. */
export const whyAlone: (engineName?: string) => string | undefined = () => {
  if (script === undefined)
    return "threads share steps in a worker only: train(data, { worker }) with 'rootsigma/worker'";
  return globalThis.crossOriginIsolated
    ? undefined
    : 'the page is not cross-origin isolated: serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
};

/** What to say of how many threads take the steps. */
export function threadNotice(count: number): string | undefined {
  if (count > 1) return `${count} threads share each training step.`;
  const reason = whyAlone();
  return `One thread takes the training steps: ${reason ?? 'the page has no more, or a step has too little work for two'}.`;
}

export function startFollower(task: FollowerTask): FollowerThread {
  const reason = whyAlone();
  if (script === undefined || reason !== undefined) throw new UnsupportedError(reason ?? 'this page has no threads');
  const worker = new Worker(script, { type: isModule() ? 'module' : 'classic', name: 'rootsigma follower' });
  let onReady: () => void;
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const call = WorkerCalls.of(worker).call('follow', task, {
    onEvent: () => {
      onReady();
    },
  });
  let onKilled: () => void;
  const killed = new Promise<void>((resolve) => {
    onKilled = resolve;
  });
  const end = call.then(
    () => undefined,
    () => undefined,
  );
  void end.then(() => {
    worker.terminate();
  });
  return {
    ready,
    failure: new Promise((resolve) => {
      call.catch((error: unknown) => {
        resolve(error instanceof Error ? error : new Error(String(error)));
      });
    }),
    end: Promise.race([end, killed]),
    kill: () => {
      worker.terminate();
      onKilled();
    },
    hold: () => undefined,
  };
}

/** Bundlers make modules of a worker's script, or not; only those that are none may import scripts. */
function isModule(): boolean {
  try {
    (globalThis as unknown as { importScripts(): void }).importScripts();
    return false;
  } catch {
    return true;
  }
}

/** A page ends with all its threads at once. */
export function beforeExit(): () => void {
  return () => undefined;
}
