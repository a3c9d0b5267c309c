import { rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { givenRule } from './run-options.ts';
import type { GivenOptions } from './run-options.ts';

/** How missing values are drawn; of a model with a condition, given what. */
export interface ImputeOptions extends GivenOptions {
  /** Fills of every gap, each by a Markov chain of its own: their spread is the uncertainty. Default: 1. */
  readonly draws?: number;
  /** Moves of each kind that a chain makes before its draw is taken. Default: 50. */
  readonly sweeps?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Gets how many chains of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export const imputeOptionRules: OptionRules<ImputeOptions> = {
  draws: rule.whole(1),
  sweeps: rule.whole(1),
  seed: rule.seed,
  given: givenRule,
  onProgress: rule.callback,
  signal: rule.signal,
};
