import type { Key } from '../../random/index.ts';
import type { StepValues } from '../step.ts';

/** What a replica has to do with the others: they compute different rows of the batch and update different parameters. */
export interface Peers {
  /** How many replicas there are. */
  readonly count: number;
  /** Its own part of the step's randomness. */
  keyOf(key: Key): Key;
  /**
   * Hands gradients and factors around: afterwards the replica has what it needs for its range.
   * @returns the batch's means
   */
  exchange(own: StepValues): Promise<StepValues>;
  /** The sum of what each replica gives. */
  total(own: number): Promise<number>;
  /** Gives everybody everybody's new parameters. */
  gather(): Promise<void>;
}

/** One replica that computes all rows and updates all parameters. */
export const alone: Peers = {
  count: 1,
  keyOf: (key) => key,
  exchange: (values) => Promise.resolve(values),
  total: (own) => Promise.resolve(own),
  gather: () => Promise.resolve(),
};
