import type { Worker as NodeWorker } from 'node:worker_threads';
import { WorkerCalls, asPageWorker } from '../../core/messages/index.ts';

/** A thread that computes, and how many tasks it has. */
export interface BatchThread {
  readonly calls: WorkerCalls;
  readonly thread: NodeWorker;
  tasks: number;
}

const threads: BatchThread[] = [];

/** How many threads there may be: in pages, none. */
export function threadsHere(): number {
  return isNode() ? process.getBuiltinModule('node:os').availableParallelism() : 0;
}

/** So many threads, which stay for later calls. They do not keep the process alive while they have nothing to do. */
export function startThreads(count: number, entry: URL): readonly BatchThread[] {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  while (threads.length < count) {
    const thread = new Worker(entry, { execArgv: [] });
    thread.unref();
    const started: BatchThread = { thread, calls: WorkerCalls.of(asPageWorker(thread)), tasks: 0 };
    threads.push(started);
    thread.once('exit', () => threads.splice(threads.indexOf(started), 1));
  }
  return threads.slice(0, count);
}

/** A call for which the process does not end. */
export async function callThread(at: BatchThread, method: string, argument: unknown): Promise<unknown> {
  if (at.tasks++ === 0) at.thread.ref();
  try {
    return await at.calls.call(method, argument);
  } finally {
    if (--at.tasks === 0) at.thread.unref();
  }
}

function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions.node === 'string';
}
