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
/** Others may be late by so many times what this thread took since the last barrier, besides what they may be late at all. */
const lateness = 20;

/** Another thread cannot come to the barrier. */
export class BrokenBarrierError extends RootsigmaError {
  override readonly name = 'BrokenBarrierError';
}

/** Where threads wait until all of them have come: in shared memory, for use again and again, one generation after the other. */
export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;
  /** How long others may be late, in seconds, where this thread lets its timers and messages have their turn. */
  #patience = Infinity;
  /** When the last wait was over. */
  #left = performance.now();

  constructor(words: Int32Array, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /**
   * Has `waitYielding` give up on others that are late by so much, and by 20 times what this thread took since the barrier before:
   * all have as much to do.
   */
  expectWithin(seconds: number): void {
    this.#patience = seconds;
  }

  /**
   * Waits for the others, blocking the thread.
   * @throws BrokenBarrierError when another has failed, or does not come within `seconds`
   */
  wait(seconds = Infinity): void {
    const current = this.#arrive();
    const waited = new Waited();
    while (!this.#isOver(current)) {
      if (waited.seconds > seconds) throw new BrokenBarrierError(`A thread did not answer for ${seconds} s.`);
      this.#sleep(current);
      waited.goOn();
    }
    this.#left = performance.now();
  }

  /**
   * As `wait`, but after a second the thread's timers and messages get their turn, so that it hears of a thread that has
   * ended without a word.
   * @throws BrokenBarrierError when another has failed, or is later than `expectWithin` allows
   */
  async waitYielding(): Promise<void> {
    const most = this.#patience + (lateness * (performance.now() - this.#left)) / 1000;
    const current = this.#arrive();
    if (!this.#isOver(current)) {
      const waited = new Waited();
      this.#sleep(current);
      while (!this.#isOver(current)) {
        waited.goOn();
        if (waited.seconds > most) throw new BrokenBarrierError(`a thread has not come for ${Math.round(most)} s`);
        await new Promise((resume) => setTimeout(resume, 1));
      }
    }
    this.#left = performance.now();
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

/** How long a thread has waited, but for the time in which its process was stopped, or the machine asleep. */
class Waited {
  seconds = 0;
  #last = performance.now();

  goOn(): void {
    const now = performance.now();
    this.seconds += Math.min(now - this.#last, 2 * sleepMs) / 1000;
    this.#last = now;
  }
}
