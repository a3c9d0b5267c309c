import type { Barrier } from './barrier.ts';

export const activityWords = 2;
const busy = 0;
const ending = 1;

/**
 * How many followers are at work, in shared memory: a wait group. A process that ends while one of its threads is inside ONNX Runtime is
 * aborted, so the end waits for them.
 */
export class Activity {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Before a command: each of so many followers has something more to do. They may not be done with the last one yet. */
  add(followers: number): void {
    Atomics.add(this.#words, busy, followers);
  }

  /** A follower has carried out its command. */
  done(): void {
    Atomics.sub(this.#words, busy, 1);
    Atomics.notify(this.#words, busy);
  }

  /** A follower takes no more commands. Where the process ends its thread stays as it is, for that to end. */
  leave(): void {
    this.done();
    while (Atomics.load(this.#words, ending) !== 0) Atomics.wait(this.#words, ending, 1);
  }

  /** Before the process ends: blocks until the followers at work have reached their next barrier, or so long. */
  drain(barrier: Barrier, seconds: number): void {
    if (Atomics.load(this.#words, busy) <= 0) return;
    Atomics.store(this.#words, ending, 1);
    barrier.abort();
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end) {
      const count = Atomics.load(this.#words, busy);
      if (count <= 0) return;
      Atomics.wait(this.#words, busy, count, 100);
    }
  }
}
