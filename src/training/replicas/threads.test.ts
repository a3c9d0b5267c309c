// Threads as Node has them (threads.ts) and as pages have them (threads.page.ts).
import { Worker as NodeWorker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import type { FollowerTask } from './follower-thread.ts';
import { shareStepsBy, startFollower as startInPage } from './threads.page.ts';
import { beforeExit, startFollower } from './threads.ts';

const task = {} as FollowerTask;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('a call before the exit is forgotten when it is no longer wanted', () => {
  const before = process.listeners('exit');
  const callback = (): void => undefined;
  const forget = beforeExit(callback);
  expect(process.listeners('exit')).toEqual([...before, callback]);
  forget();
  expect(process.listeners('exit')).toEqual(before);
});

it('the process waits for a thread that is held, and for no other', async () => {
  const calls = [vi.spyOn(NodeWorker.prototype, 'ref'), vi.spyOn(NodeWorker.prototype, 'unref')];
  const counts = (): number[] => calls.map((call) => call.mock.calls.length);
  const follower = startFollower(task, new URL('data:text/javascript,'));
  const start = counts();
  follower.hold(false);
  expect(counts()).toEqual([start[0], start[1]! + 1]);
  follower.hold(true);
  expect(counts()).toEqual([start[0]! + 1, start[1]! + 1]);
  await follower.end;
});

it.each([
  ['module', undefined],
  ['classic', () => undefined],
])("a page's thread has a script of its own kind, %s, and is gone after its work", async (type, importScripts) => {
  const made: PageWorker[] = [];
  /** Answers every call at once. */
  class PageWorker extends EventTarget {
    readonly options: unknown;
    isGone = false;
    constructor(_: string, options: unknown) {
      super();
      this.options = options;
      made.push(this);
    }
    postMessage({ id }: { readonly id: number }): void {
      const data = { rootsigma: 'done', id, result: undefined };
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
    }
    terminate(): void {
      this.isGone = true;
    }
  }
  vi.stubGlobal('Worker', PageWorker);
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('importScripts', importScripts);
  shareStepsBy('worker.js');
  const follower = startInPage(task);
  await follower.end;
  const [worker] = made;
  expect(worker?.options).toMatchObject({ type });
  expect(worker?.isGone).toBe(true);
});
