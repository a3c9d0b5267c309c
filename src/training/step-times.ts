/** The median of many durations, kept in a bounded ring: old steps make room for new ones. */
export class StepTimes {
  readonly #ring = new Float64Array(4096);
  #count = 0;

  add(milliseconds: number): void {
    this.#ring[this.#count++ % this.#ring.length] = milliseconds;
  }

  /** NaN before the first. */
  median(): number {
    const sorted = this.#ring.slice(0, Math.min(this.#count, this.#ring.length)).sort();
    const middle = sorted.length / 2;
    if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? NaN;
    return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
  }
}
