import { RootsigmaError } from '../../core/index.ts';

/** Words that a barrier needs: each on a cache line of its own, so that waiting for one does not slow down another. */
export const barrierWords = 48;
const arrived = 0;
const generation = 16;
const broken = 32;

/** How long a thread spins before it goes to sleep, how often between two looks at the clock, and how long it sleeps. */
const spinMs = 0.4;
const spinsPerClockRead = 1000;
const sleepMs = 1000;

/** Another thread cannot come to the barrier. */
export class BrokenBarrierError extends RootsigmaError {
  override readonly name = 'BrokenBarrierError';
}

/** Where threads wait until all of them have come: in shared memory, for use again and again, one generation after the other. */
export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;

  constructor(words: Int32Array, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /**
   * Waits for the others, blocking the thread.
   * @throws BrokenBarrierError when another has failed, or does not come within `seconds`
   */
  wait(seconds = Infinity): void {
    const current = this.#arrive();
    const end = performance.now() + 1000 * seconds;
    while (!this.#isOver(current)) {
      if (performance.now() > end) throw new BrokenBarrierError(`A thread did not answer for ${seconds} s.`);
      this.#sleep(current);
    }
  }

  /**
   * As `wait`, but after a second the thread's timers and messages get their turn, so that it hears of a thread that has
   * ended without a word.
   */
  async waitYielding(): Promise<void> {
    const current = this.#arrive();
    if (this.#isOver(current)) return;
    this.#sleep(current);
    while (!this.#isOver(current)) await new Promise((resume) => setTimeout(resume, 1));
  }

  /** Lets everybody who waits, or will, go with an error: this thread cannot go on. */
  abort(): void {
    Atomics.store(this.#words, broken, 1);
    Atomics.notify(this.#words, generation);
  }

  /** The last one to come opens the next generation. */
  #arrive(): number {
    const current = Atomics.load(this.#words, generation);
    if (Atomics.add(this.#words, arrived, 1) === this.#threads - 1) {
      Atomics.store(this.#words, arrived, 0);
      Atomics.add(this.#words, generation, 1);
      Atomics.notify(this.#words, generation);
    }
    return current;
  }

  /** Sleeping costs tens of microseconds to wake up from, so the thread first spins for as long as a step's parts differ. */
  #isOver(current: number): boolean {
    const end = performance.now() + spinMs;
    do {
      for (let spin = 0; spin < spinsPerClockRead; spin++) {
        if (Atomics.load(this.#words, generation) !== current) return true;
      }
    } while (performance.now() < end);
    if (Atomics.load(this.#words, broken) !== 0) throw new BrokenBarrierError('Another thread has failed.');
    return false;
  }

  #sleep(current: number): void {
    Atomics.wait(this.#words, generation, current, sleepMs);
  }
}
