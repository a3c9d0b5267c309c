import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startThreads } from './workers.ts';

it('a thread that ended is no longer given out; the others stay, and a new one takes its place', async () => {
  const entry = new URL(
    'data:text/javascript,import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});',
  );
  const first = [...startThreads(3, entry)];
  const { thread } = first[0]!;
  const exit = once(thread, 'exit');
  await thread.terminate();
  await exit;
  const then = [...startThreads(3, entry)];
  expect(then.slice(0, 2)).toEqual(first.slice(1));
  expect(first).not.toContain(then[2]);
  await Promise.all(then.map((each) => each.thread.terminate()));
});
