/** Lets one call through every so often, so that a status line costs nothing. */
export class Throttle {
  readonly #interval: number;
  #last = -Infinity;

  constructor(milliseconds = 100) {
    this.#interval = milliseconds;
  }

  isDue(): boolean {
    const now = performance.now();
    if (now - this.#last < this.#interval) return false;
    this.#last = now;
    return true;
  }
}
