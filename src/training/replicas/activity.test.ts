import { expect, it } from 'vitest';
import { Activity, activityWords } from './activity.ts';
import { Barrier, barrierWords } from './barrier.ts';

const shared = (words: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * words));

it('the end of a process sends away who waits at the barrier where followers are at work, and nobody else', () => {
  const activity = new Activity(shared(activityWords));
  const drained = (): Barrier => {
    const barrier = new Barrier(shared(barrierWords), 2);
    activity.drain(barrier, 0);
    return barrier;
  };
  const wait = (barrier: Barrier) => (): void => {
    barrier.wait(0);
  };
  expect(wait(drained())).toThrow('did not answer');
  activity.add(1);
  expect(wait(drained())).toThrow('Another thread has failed');
  activity.done();
  expect(wait(drained())).toThrow('did not answer');
});
