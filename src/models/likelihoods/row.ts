import type { Part, PartOptions, ValuesOf } from '../../parts/index.ts';
import type { DataScale } from './data-scale.ts';
import type { LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import type { MixedBlock } from './mixed-block.ts';

/** What the data are, for a likelihood of them. */
export interface LikelihoodData extends LikelihoodSizes {
  /** The data's variance, roughly: where a learned σ² starts. Default: 1. */
  readonly variance?: number | undefined;
  /** What the data were divided by, where the row `isStandardized`. Default: 1. */
  readonly scale?: DataScale | undefined;
  /** The columns of a table. */
  readonly blocks?: readonly MixedBlock[] | undefined;
}

/** A row of the table of likelihoods. */
export interface LikelihoodRow<N extends string = string, O extends PartOptions = PartOptions> extends Part<
  'likelihood',
  N,
  O
> {
  /** Whether it is of tables, and of no other data. */
  readonly isOfTables?: boolean;
  /** Whether grey values are drawn as 0 and 1 unless one asks otherwise. */
  readonly isBinary?: boolean;
  /** Whether numbers in units of their own come standardised, so that its densities take their scale into account. */
  readonly isStandardized?: boolean;
  build(options: ValuesOf<O>, data: LikelihoodData): LikelihoodFamily;
}

/** A likelihood of one's own as a row of the table: its name, options and `build`. Give it to `train` and `load` as one of `parts`. */
export function defineLikelihood<const N extends string, const O extends PartOptions>(
  row: Omit<LikelihoodRow<N, O>, 'kind'>,
): LikelihoodRow<N, O> {
  return { kind: 'likelihood', ...row };
}
