import type { Meeting } from './meeting.ts';

export const activityWords = 2;
const busy = 0;
const ending = 1;

/**
 * Which followers are at work, in shared memory. A process that ends while one of its threads is inside ONNX Runtime is
 * aborted, so the end waits for them.
 */
export class Activity {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Before an order: each of so many followers has something more to do. They may not have rested yet after the last one. */
  rouse(followers: number): void {
    Atomics.add(this.#words, busy, followers);
  }

  /** A follower has carried out its order. */
  rest(): void {
    Atomics.sub(this.#words, busy, 1);
    Atomics.notify(this.#words, busy);
  }

  /** A follower takes no more orders. Where the process ends its thread stays as it is, for that to end. */
  leave(): void {
    this.rest();
    while (Atomics.load(this.#words, ending) !== 0) Atomics.wait(this.#words, ending, 1);
  }

  /** Before the process ends: blocks until the followers at work have come to rest at their next meeting, or so long. */
  settle(meeting: Meeting, seconds: number): void {
    if (Atomics.load(this.#words, busy) <= 0) return;
    Atomics.store(this.#words, ending, 1);
    meeting.fail();
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end) {
      const count = Atomics.load(this.#words, busy);
      if (count <= 0) return;
      Atomics.wait(this.#words, busy, count, 100);
    }
  }
}
