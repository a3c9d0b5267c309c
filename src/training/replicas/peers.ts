import type { StepValues } from '../step.ts';

/** What each replica knows of a step before it updates anything. */
export interface Sums {
  /** The batch's means. */
  readonly values: StepValues;
  /** Σ of the gradient's squares. */
  readonly squares: number;
}

/** What a replica has to do with the others: they compute different rows of the batch and update different parameters. */
export interface Peers {
  /** Hands factors and terms of gradients around: afterwards the replica has what it needs for its range. */
  exchange(): Promise<void>;
  /**
   * Tells everybody the batch's means, which the lead has, and the gradient's norm, of which each has a part.
   * @param blocks squares of this replica's range, block by block
   */
  total(blocks: Float64Array, values: StepValues): Promise<Sums>;
  /** Gives everybody everybody's new parameters. */
  gather(): Promise<void>;
}

/** One replica that computes all rows and updates all parameters. */
export const alone: Peers = {
  exchange: () => Promise.resolve(),
  total: (blocks, values) => Promise.resolve({ values, squares: totalOf(blocks) }),
  gather: () => Promise.resolve(),
};

/** In order, so that the sum has the same bits whoever gave which block. */
export function totalOf(blocks: Float64Array): number {
  let total = 0;
  for (const squares of blocks) total += squares;
  return total;
}
