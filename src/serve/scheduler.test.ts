import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { HttpError } from '../server/index.ts';
import { Scheduler } from './scheduler.ts';
import type { Group, SchedulerOptions } from './scheduler.ts';
import type { Rows } from './rows.ts';

const row = (...values: number[]): Rows => ({ count: values.length, data: Float32Array.from(values), width: 1 });

/** Doubles rows, and takes down how many came together; a row of −1 fails all. */
function doubling(alignment = { slot: 1, block: 1 }) {
  const batches: number[][] = [];
  const group = (key = 'a'): Group => ({
    key,
    labels: { run: 'r', operation: 'o' },
    alignment,
    piece: 16,
    compute: ({ data, count }) => {
      batches.push(Array.from(data));
      if (data.includes(-1)) return Promise.reject(new Error('minus one'));
      return Promise.resolve({
        y: new NdArray(
          Float32Array.from(data, (value) => 2 * value),
          [count, 1],
        ),
      });
    },
  });
  return { batches, group };
}

function scheduler(options: Partial<SchedulerOptions> = {}): Scheduler {
  return new Scheduler({ maxBatch: 8, maxWaitMs: 0, maxQueue: 100, deadlineMs: 60_000, ...options });
}

const valuesOf = async (outputs: Promise<Readonly<Record<string, NdArray>>>): Promise<number[]> => Array.from((await outputs).y!.data); // prettier-ignore

describe('the scheduler', () => {
  it('computes together what came in the same turn, and gives everybody their own', async () => {
    const { batches, group } = doubling();
    const work = scheduler();
    const answers = [work.rows(group(), row(1)), work.rows(group(), row(2, 3)), work.rows(group(), row(4))];
    expect(work.waiting).toBe(3);
    expect(await Promise.all(answers.map(valuesOf))).toEqual([[2], [4, 6], [8]]);
    expect(batches).toEqual([[1, 2, 3, 4]]);
    expect([work.waiting, work.running]).toEqual([0, 0]);
  });

  it('keeps to the rows of a batch; larger requests go alone, in pieces', async () => {
    const { batches, group } = doubling();
    const work = scheduler({ maxBatch: 4 });
    const large = Array.from({ length: 40 }, (_, k) => k);
    const answers = [row(1, 2, 3), row(4, 5), row(...large), row(6)].map((rows) => work.rows(group(), rows));
    expect(await Promise.all(answers.map(valuesOf))).toEqual([[2, 4, 6], [8, 10], large.map((k) => 2 * k), [12]]);
    expect(batches.map(({ length }) => length)).toEqual([3, 2, 16, 16, 8, 1]);
  });

  it('puts rows where they have the same bits: slots and blocks filled with the row before', async () => {
    const { batches, group } = doubling({ slot: 4, block: 8 });
    const work = scheduler({ maxBatch: 16 });
    const answers = [work.rows(group(), row(1)), work.rows(group(), row(2, 3)), work.rows(group(), row(4, 5, 6, 7, 8))];
    expect(await Promise.all(answers.map(valuesOf))).toEqual([[2], [4, 6], [8, 10, 12, 14, 16]]);
    expect(batches).toEqual([[1, 1, 1, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8, 8, 8]]);
  });

  it('does not compute together what is not asked for alike', async () => {
    const { batches, group } = doubling();
    const work = scheduler();
    await Promise.all([work.rows(group('a'), row(1)), work.rows(group('b'), row(2)), work.rows(group('a'), row(3))]);
    expect(batches).toEqual([[1, 3], [2]]);
  });

  it('waits for as many as came last time, and no longer than it may', async () => {
    const { batches, group } = doubling();
    const work = scheduler({ maxWaitMs: 20 });
    await Promise.all([work.rows(group(), row(1)), work.rows(group(), row(2))]);
    // One alone waits its time; after it one is as many as last time.
    await work.rows(group(), row(3));
    const slow = scheduler({ maxWaitMs: 60_000 });
    await Promise.all([slow.rows(group(), row(4)), slow.rows(group(), row(5))]);
    const first = slow.rows(group(), row(6));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, slow.rows(group(), row(7))]);
    expect(batches).toEqual([[1, 2], [3], [4, 5], [6, 7]]);
  });

  it('lets nobody suffer for what another sent', async () => {
    const { batches, group } = doubling();
    const work = scheduler();
    const answers = await Promise.allSettled([row(1), row(-1), row(2)].map((rows) => work.rows(group(), rows)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([[1, -1, 2], [1], [-1], [2]]);
  });

  it('refuses those who are too many, and says when to come again', async () => {
    const { group } = doubling();
    const work = scheduler({ maxQueue: 2 });
    const waiting = [work.rows(group(), row(1)), work.alone(() => Promise.resolve(3))];
    const refused = expect(() => work.rows(group(), row(2)));
    refused.toThrow(HttpError);
    refused.toThrow(/2 requests wait already/);
    expect(() => work.alone(() => Promise.resolve(1))).toThrow(/--max-queue/);
    await Promise.all(waiting);
    expect(await valuesOf(work.rows(group(), row(2)))).toEqual([4]);
  });

  it('answers when the deadline is over, and drops what nobody waits for', async () => {
    const { batches, group } = doubling();
    const work = scheduler({ deadlineMs: 20 });
    let end: () => void = () => undefined;
    const endless: Group = { ...group('endless'), compute: () => new Promise((resolve) => { end = () => { resolve({}); }; }) }; // prettier-ignore
    const late = [work.rows(endless, row(1)), work.rows(group(), row(2))];
    const ended = await Promise.allSettled(late);
    expect(ended).toMatchObject([{ reason: { status: 504 } }, { reason: { status: 504 } }]);
    end();
    let signal: AbortSignal | undefined;
    const alone = work.alone((given) => {
      signal = given;
      return new Promise((_, reject) => { given.addEventListener('abort', () => { reject(new Error('ended')); }); }); // prettier-ignore
    });
    await expect(alone).rejects.toMatchObject({ status: 504 });
    expect(signal!.aborted).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect([batches, work.waiting, work.running]).toEqual([[], 0, 0]);
  });

  it('computes what is alone one after the other, beside batches', async () => {
    const { group } = doubling();
    const work = scheduler();
    const order: string[] = [];
    const alone = (name: string) => work.alone(async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push(`${name} ends`);
      return name;
    }); // prettier-ignore
    expect(await Promise.all([alone('a'), valuesOf(work.rows(group(), row(1))), alone('b')])).toEqual(['a', [2], 'b']);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    await expect(work.alone(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});
