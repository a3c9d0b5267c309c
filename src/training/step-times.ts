/** Mean and median of many durations; for the median they are kept in a bounded ring, where old steps make room for new ones. */
export class StepTimes {
  readonly #ring = new Float64Array(4096);
  #count = 0;
  #total = 0;

  add(milliseconds: number): void {
    this.#total += milliseconds;
    this.#ring[this.#count++ % this.#ring.length] = milliseconds;
  }

  /** Of all: what the time of a training is made of. NaN before the first. */
  mean(): number {
    return this.#total / this.#count;
  }

  /** NaN before the first. */
  median(): number {
    const sorted = this.#ring.slice(0, Math.min(this.#count, this.#ring.length)).sort();
    const middle = sorted.length / 2;
    if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? NaN;
    return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
  }
}
