import type { StepValues } from '../step.ts';

/** What each replica knows of a step before it updates anything: the result of an all-reduce. */
export interface StepTotals {
  /** The batch's means. */
  readonly values: StepValues;
  /** Σ of the gradient's squares. */
  readonly squares: number;
  /** What any of them asks for: bits of `StepRequest.asks`. */
  readonly asked: number;
}

/**
 * The collective operations of a group of replicas, which compute different rows of the batch and update different parameters:
 * the gradients are reduced and scattered, the new parameters gathered by all.
 */
export interface Collectives {
  /**
   * Afterwards the replica has what it needs for the gradients of its range: all rows of their sufficient factors (an
   * all-gather, where factors are smaller than gradients), and the sums of those that are added up (a reduce-scatter).
   */
  exchangeGradients(): Promise<void>;
  /**
   * All-reduce of the gradient's squares, of which each has a part, and broadcast of the batch's means, which the lead has.
   * @param blocks squares of this replica's range, block by block
   * @param asks bits, of which all get the union
   */
  allReduce(blocks: Float64Array, values: StepValues, asks: number): Promise<StepTotals>;
  /** Gives everybody everybody's range of the new parameters. */
  allGatherParameters(): Promise<void>;
}

/** One replica that computes all rows and updates all parameters. */
export const alone: Collectives = {
  exchangeGradients: () => Promise.resolve(),
  allReduce: (blocks, values, asks) => Promise.resolve({ values, squares: totalOf(blocks), asked: asks }),
  allGatherParameters: () => Promise.resolve(),
};

/** In order, so that the sum has the same bits whoever gave which block. */
export function totalOf(blocks: Float64Array): number {
  let total = 0;
  for (const squares of blocks) total += squares;
  return total;
}
