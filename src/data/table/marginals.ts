import type { NdArray } from '../../core/index.ts';
import type { NumericTransform } from './table-state.ts';
import type { TableEncoder } from './encoder.ts';
import { applyTransform, fitQuantile, undoTransform } from './transforms.ts';

/** Of fewer draws whose value is known no distribution is made. */
const leastKnown = 20;

interface MatchedColumn {
  readonly offset: number;
  readonly missing: number | undefined;
  /** A drawn number → its normal score among the draws. */
  readonly scores: NumericTransform;
  /** The same score → the training value of that rank. */
  readonly training: NumericTransform;
  /** The training value → an encoded number. */
  readonly transform: NumericTransform;
}

/**
 * Gives drawn rows the marginal distributions of the training rows: in each numeric column a draw becomes the training value
 * whose rank is the draw's own among the model's draws. That map is monotone, so what a model has learned of how columns
 * go together (ranks, order, dependence) stays, and what its Gaussian noise has smoothed (long tails, several modes, many
 * zeros) is sharp again: the model is the copula of the table (Sklar 1959), the marginals are the table's.
 */
export class MarginalMatcher {
  readonly #width: number;
  readonly #columns: readonly MatchedColumn[];

  /** @param reference [n, width], encoded rows that the model drew; the more, the finer: some thousand */
  constructor(encoder: TableEncoder, reference: NdArray<'float32'>) {
    this.#width = encoder.width;
    const states = new Map(encoder.state.columns.map((column) => [column.name, column]));
    this.#columns = encoder.modelled.flatMap(({ column, offset, missing }): MatchedColumn[] => {
      const state = states.get(column);
      if (!state || !('transform' in state)) return [];
      const { transform, marginal } = state;
      const training: NumericTransform | undefined = marginal ? { name: 'quantile', ...marginal } : transform;
      const known: number[] = [];
      for (let start = 0; start < reference.data.length; start += this.#width) {
        if (missing === undefined || reference.data[start + missing] !== 1) known.push(reference.data[start + offset]!);
      }
      if (training.name !== 'quantile' || known.length < leastKnown) return [];
      const scores = fitQuantile(known);
      return scores.name === 'quantile' ? [{ offset, missing, scores, training, transform }] : [];
    });
  }

  /** Changes drawn rows in place. */
  apply(rows: NdArray<'float32'>): void {
    const { data } = rows;
    for (let start = 0; start < data.length; start += this.#width) {
      for (const { offset, missing, scores, training, transform } of this.#columns) {
        if (missing !== undefined && data[start + missing] === 1) continue;
        const value = undoTransform(training, applyTransform(scores, data[start + offset]!));
        data[start + offset] = applyTransform(transform, value);
      }
    }
  }
}
