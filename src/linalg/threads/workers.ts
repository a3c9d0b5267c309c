import type { Worker as NodeWorker } from 'node:worker_threads';
import { WorkerCalls, asPageWorker } from '../../core/messages/index.ts';

/** A thread that computes, and how many tasks it has. */
export interface BatchThread {
  readonly calls: WorkerCalls;
  readonly thread: NodeWorker;
  tasks: number;
  /** Memory that it shares with this one, for a task each: kept for the next. */
  readonly memories: SharedArrayBuffer[];
}

/** Memory that a thread keeps, in bytes: more is given back after a task. */
const mostKept = 2 ** 24;

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
    const started: BatchThread = { thread, calls: WorkerCalls.of(asPageWorker(thread)), tasks: 0, memories: [] };
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

/** Does something with memory that is shared with a thread, of so many bytes at least. */
export async function withShared<T>(
  { memories }: BatchThread,
  bytes: number,
  action: (memory: SharedArrayBuffer) => Promise<T>,
): Promise<T> {
  const kept = memories.pop();
  const memory = kept && kept.byteLength >= bytes ? kept : new SharedArrayBuffer(bytes);
  try {
    return await action(memory);
  } finally {
    if (memories.length < 2 && memory.byteLength <= mostKept) memories.push(memory);
  }
}

function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions.node === 'string';
}
