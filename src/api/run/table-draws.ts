import type { NdArray } from '../../core/index.ts';
import { MarginalMatcher } from '../../data/index.ts';
import type { TableEncoder } from '../../data/index.ts';

/** Rows that are drawn to learn the model's own marginals: fewer of tables so wide that they would take long, and this at least. */
const referenceRows = { most: 8192, least: 512 };
/** Numbers in them, at most. */
const referenceNumbers = 2 ** 25;

function referenceCount({ width }: TableEncoder): number {
  const { most, least } = referenceRows;
  return Math.max(least, Math.min(most, Math.floor(referenceNumbers / width)));
}

export interface TableDrawOptions {
  readonly missing: boolean;
  readonly matchMarginals: boolean;
}

/** Makes what a model draws like rows of its table: its marginals and its gaps. */
export class TableDraws {
  readonly #encoder: TableEncoder;
  readonly #draw: (count: number) => Promise<NdArray<'float32'>>;
  #matcher: Promise<MarginalMatcher> | undefined;

  /** @param draw gives rows that the model draws, always the same */
  constructor(encoder: TableEncoder, draw: (count: number) => Promise<NdArray<'float32'>>) {
    this.#encoder = encoder;
    this.#draw = draw;
  }

  /** Changes drawn rows [n, width] in place. */
  async settle(rows: NdArray<'float32'>, options: TableDrawOptions): Promise<void> {
    const { missing, matchMarginals } = options;
    // First, as the matcher leaves alone what is missing.
    this.#encoder.settleMissing(rows.data, { missing });
    if (matchMarginals) {
      this.#matcher ??= this.#draw(referenceCount(this.#encoder)).then(
        (reference) => new MarginalMatcher(this.#encoder, reference),
      );
      (await this.#matcher).apply(rows);
    }
  }
}
