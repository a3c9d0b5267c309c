import { sumOfSquares } from '../../kernels/index.ts';
import type { Key } from '../../random/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';

/** A half-open part of the flat parameter array. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a replica has to do with the others: they compute different rows of the batch and update different parameters. */
export interface Peers {
  /** How many replicas there are. */
  readonly count: number;
  /** The parameters that this one updates. */
  readonly range: Range;
  /** Its own part of the step's randomness. */
  keyOf(key: Key): Key;
  /**
   * Adds up everybody's gradients, in this replica's range of them.
   * @returns the batch's means, and the sum of squares of the whole added-up gradient
   */
  reduce(store: ParameterStore, values: StepValues): Promise<{ values: StepValues; sumOfSquares: number }>;
  /** Gives everybody everybody's new parameters. */
  gather(store: ParameterStore): Promise<void>;
}

/** One replica that computes all rows and updates all parameters. */
export function alone(store: ParameterStore): Peers {
  return {
    count: 1,
    range: { from: 0, to: store.values.length },
    keyOf: (key) => key,
    reduce: ({ memory, gradients }, values) =>
      Promise.resolve({ values, sumOfSquares: sumOfSquares(memory, gradients) }),
    gather: () => Promise.resolve(),
  };
}
