import { RootsigmaError } from '../../core/index.ts';

/** Words that a meeting needs: each on a cache line of its own, so that waiting for one does not slow down another. */
export const meetingWords = 48;
const arrived = 0;
const round = 16;
const failed = 32;

/** How long a thread looks at the round before it goes to sleep, and between two looks at the clock. */
const wakefulMs = 0.4;
const looks = 1000;
const sleepMs = 1000;

/** Another thread of the meeting cannot come. */
export class MeetingFailed extends RootsigmaError {
  override readonly name = 'MeetingFailed';
}

/** Where threads wait until all of them have come: a barrier in shared memory, for use again and again. */
export class Meeting {
  readonly #words: Int32Array;
  readonly #threads: number;

  constructor(words: Int32Array, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /**
   * Waits for the others, blocking the thread.
   * @throws MeetingFailed when another has failed, or does not come within `seconds`
   */
  wait(seconds = Infinity): void {
    const current = this.#arrive();
    const end = performance.now() + 1000 * seconds;
    while (!this.#isOver(current)) {
      if (performance.now() > end) throw new MeetingFailed(`A thread did not answer for ${seconds} s.`);
      this.#sleep(current);
    }
  }

  /**
   * As `wait`, but after a second the thread's timers and messages get their turn, so that it hears of a thread that has
   * ended without a word.
   */
  async waitLong(): Promise<void> {
    const current = this.#arrive();
    if (this.#isOver(current)) return;
    this.#sleep(current);
    while (!this.#isOver(current)) await new Promise((resume) => setTimeout(resume, 1));
  }

  /** Lets everybody who waits, or will, go with an error: this thread cannot go on. */
  fail(): void {
    Atomics.store(this.#words, failed, 1);
    Atomics.notify(this.#words, round);
  }

  /** The last one to come opens the next round. */
  #arrive(): number {
    const current = Atomics.load(this.#words, round);
    if (Atomics.add(this.#words, arrived, 1) === this.#threads - 1) {
      Atomics.store(this.#words, arrived, 0);
      Atomics.add(this.#words, round, 1);
      Atomics.notify(this.#words, round);
    }
    return current;
  }

  /** Sleeping costs tens of microseconds to wake up from, so the thread first looks for as long as a step's parts differ. */
  #isOver(current: number): boolean {
    const end = performance.now() + wakefulMs;
    do {
      for (let look = 0; look < looks; look++) {
        if (Atomics.load(this.#words, round) !== current) return true;
      }
    } while (performance.now() < end);
    if (Atomics.load(this.#words, failed) !== 0) throw new MeetingFailed('Another thread has failed.');
    return false;
  }

  #sleep(current: number): void {
    Atomics.wait(this.#words, round, current, sleepMs);
  }
}
