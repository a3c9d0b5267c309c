import type { NdArray } from '../core/index.ts';

/** Which codes of a book the examples of a data set are made of, gathered batch by batch. */
export class CodeUsage {
  /** How often each code was chosen. */
  readonly #counts: Float64Array;

  /** @param codes how many the book has, K */
  constructor(codes: number) {
    this.#counts = new Float64Array(codes);
  }

  /** @param indices which code each position of each example has, [batch, positions], counted from 0 */
  add(indices: NdArray): void {
    for (const code of indices.data) this.#counts[code] = (this.#counts[code] ?? 0) + 1;
  }

  /** Codes that were chosen at all. */
  get codesUsed(): number {
    return this.#counts.filter((count) => count > 0).length;
  }

  /** exp(−Σₖ pₖ log pₖ), pₖ the share of code k among all choices: K where all are used evenly, 1 where one is used alone. */
  get perplexity(): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const entropy = this.#counts.reduce(
      (sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum),
      0,
    );
    return Math.exp(entropy);
  }
}
