import type { RunSummary } from '../contract.ts';

/** Runs that are gone of which it is remembered when they went. */
const mostGone = 1000;

/** A change, and its number. */
export type RunChange =
  { readonly number: number; readonly run: RunSummary } | { readonly number: number; readonly gone: string };

/** Which runs changed since when: the latest state of each, under the number of its last change. */
export class RunChanges {
  /** Told from that of every other process, so that numbers are not taken for each other's. */
  readonly series = crypto.randomUUID().slice(0, 8);
  #number = 0;
  readonly #runs = new Map<string, { readonly number: number; readonly run: RunSummary; readonly text: string }>();
  readonly #gone = new Map<string, number>();

  /** Of the last change. */
  get number(): number {
    return this.#number;
  }

  /** The runs as they are now. @returns whether anything changed */
  note(runs: readonly RunSummary[]): boolean {
    const before = this.#number;
    const present = new Set<string>();
    for (const run of runs) {
      present.add(run.id);
      const text = JSON.stringify(run);
      if (this.#runs.get(run.id)?.text === text) continue;
      // Those that changed last come last.
      this.#runs.delete(run.id);
      this.#runs.set(run.id, { number: ++this.#number, run, text });
      this.#gone.delete(run.id);
    }
    for (const id of this.#runs.keys()) {
      if (present.has(id)) continue;
      this.#runs.delete(id);
      this.#gone.set(id, ++this.#number);
    }
    for (const id of this.#gone.keys()) {
      if (this.#gone.size <= mostGone) break;
      this.#gone.delete(id);
    }
    return this.#number > before;
  }

  /** Of those after a number, the first. */
  after(number: number): RunChange | undefined {
    let first: RunChange | undefined;
    for (const { number: at, run } of this.#runs.values()) {
      if (at <= number) continue;
      first = { number: at, run };
      break;
    }
    for (const [id, at] of this.#gone) {
      if (at > number && at < (first?.number ?? Infinity)) return { number: at, gone: id };
    }
    return first;
  }

  get ids(): readonly string[] {
    return [...this.#runs.keys()];
  }
}
