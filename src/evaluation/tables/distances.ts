import type { Table } from '../../io/index.ts';
import { association, meanOf } from './associations.ts';
import { missingRate, namesOf, numbersOf, shares, totalVariation } from './columns.ts';
import type { ColumnKinds } from './columns.ts';

/** How far the columns of one table are from those of another: 0 where they agree, at most 1 a column and 2 a pair. */
export interface TableDistances {
  /** Mean over columns. */
  readonly marginal: number;
  /** Numeric columns: Kolmogorov–Smirnov of the known numbers; others: total variation, where missing is a name as others are. */
  readonly columns: Readonly<Record<string, number>>;
  /** Mean over pairs of columns of how far their association is off; 0 with one column. */
  readonly pairwise: number;
  /** Mean over columns of how far the share of missing cells is off. */
  readonly missing: number;
}

/**
 * Compares a synthetic table with the real one, column by column and pair by pair. The association of a pair is Pearson's
 * correlation (two numeric columns), the correlation ratio η (a numeric and another), or Cramér's V (neither numeric).
 */
export function compareTables(real: Table, synthetic: Table, kinds: ColumnKinds): TableDistances {
  const names = Object.keys(kinds);
  const columns = Object.fromEntries(
    names.map((name) => [
      name,
      kinds[name] === 'numeric'
        ? kolmogorovSmirnov(numbersOf(real, name), numbersOf(synthetic, name))
        : totalVariation(shares(namesOf(real, name)), shares(namesOf(synthetic, name))),
    ]),
  );
  const differences = names.flatMap((a, k) =>
    names.slice(k + 1).map((b) => Math.abs(association(real, [a, b], kinds) - association(synthetic, [a, b], kinds))),
  );
  const missing = names.map((name) => Math.abs(missingRate(real, name) - missingRate(synthetic, name)));
  return {
    marginal: meanOf(Object.values(columns)),
    columns,
    pairwise: meanOf(differences),
    missing: meanOf(missing),
  };
}

/** The largest difference of two empirical distribution functions; 1 when one sample holds no number. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a, b].map((values) => values.filter((value) => !Number.isNaN(value)).sort()) as [
    Float64Array,
    Float64Array,
  ];
  if (x.length === 0 || y.length === 0) return x.length === y.length ? 0 : 1;
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!);
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}
