import { RootsigmaError, noticesTo } from '../core/index.ts';
import type { Communicator } from './communicator.ts';

/** What went wrong on a rank: plain data, to be said elsewhere. */
interface Fault {
  readonly name: string;
  readonly message: string;
}

/** Another rank has failed, and says itself why. */
export class RankError extends RootsigmaError {
  override readonly name = 'RankError';
  /** The name of the other one's error. */
  readonly of: string;

  constructor(message: string, of: string) {
    super(message);
    this.of = of;
  }
}

/** How long a rank that has failed waits for the others to come to it. They may be within a step that needs it, and then never will. */
export const failureSeconds = 5;

const within = new WeakSet<Communicator>();

/** Whether this rank is in the middle of common work. */
export function isTogether(ranks: Communicator): boolean {
  return within.has(ranks);
}

/**
 * Work that all ranks do together: over for each when it is over for all. Where one fails, it fails for all of them: those that did not
 * themselves, or not first with that message, throw a `RankError`. Where a rank fails alone, while others wait for it where nothing
 * can reach them, all processes end.
 */
export async function together<T>(ranks: Communicator, work: () => Promise<T>): Promise<T> {
  if (within.has(ranks)) return work();
  within.add(ranks);
  const [outcome] = await Promise.allSettled([work()]);
  const fault = outcome.status === 'rejected' ? faultOf(outcome.reason) : undefined;
  const said = fault ? JSON.stringify({ ...fault, message: fault.message.slice(0, 1000) }) : '';
  const all = await ranks.gatherAtEnd(said, fault ? failureSeconds : Infinity);
  if (!all) {
    noticesTo(undefined)(`error: rank ${ranks.rank}: ${fault?.message ?? ''}`);
    ranks.abort(1);
  }
  within.delete(ranks);
  const first = all?.findIndex((text) => text !== '') ?? -1;
  const sameBefore = all?.slice(0, ranks.rank).includes(said);
  if (outcome.status === 'rejected' && !sameBefore) throw outcome.reason;
  if (first < 0 && outcome.status === 'fulfilled') return outcome.value;
  throw rankError(first, JSON.parse(all?.[first] ?? '') as Fault);
}

/**
 * Work that each rank does by itself, before they go on together: where one fails, all do, as in `together`; only that nobody may stand
 * within common work meanwhile, so that all come.
 */
export async function agreed<T>(ranks: Communicator, work: () => Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([work()]);
  const said = outcome.status === 'rejected' ? JSON.stringify(faultOf(outcome.reason)) : '';
  const all = (await ranks.gatherBytes(new TextEncoder().encode(said))).map((bytes) => new TextDecoder().decode(bytes));
  if (outcome.status === 'rejected') throw outcome.reason;
  const first = all.findIndex((text) => text !== '');
  if (first >= 0) throw rankError(first, JSON.parse(all[first] ?? '') as Fault);
  return outcome.value;
}

/** What rank 0 does for all: everybody gets what it comes to, or its error. */
export async function byFirst(ranks: Communicator, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const [outcome] = await Promise.allSettled([ranks.rank === 0 ? work() : new Uint8Array()]);
  const isDone = outcome.status === 'fulfilled';
  const text = (): string => JSON.stringify(faultOf((outcome as PromiseRejectedResult).reason));
  const body = isDone ? outcome.value : new TextEncoder().encode(text());
  const message = new Uint8Array(1 + body.length);
  message[0] = isDone ? 1 : 0;
  message.set(body, 1);
  const given = await ranks.broadcastBytes(message);
  if (!isDone) throw outcome.reason;
  if (given[0] === 1) return given.subarray(1);
  throw rankError(0, JSON.parse(new TextDecoder().decode(given.subarray(1))) as Fault);
}

function faultOf(error: unknown): Fault {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

function rankError(rank: number, { name, message }: Fault): RankError {
  return new RankError(`rank ${rank}: ${message}`, name);
}
