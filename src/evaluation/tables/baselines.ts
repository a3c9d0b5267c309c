import { NdArray, checkOptions, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { evaluate } from '../../engine/index.ts';
import { Normal } from '../../gaussian/index.ts';
import { constant } from '../../graph/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import { eigh } from '../../linalg/index.ts';
import { foldIn, normal, randint } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { meanOf } from './associations.ts';
import { cellsOf, numbersOf } from './columns.ts';
import type { ColumnKinds } from './columns.ts';

/** How many rows `sampleIndependently` and `sampleGaussianCopula` draw, by which key, of which kinds of columns. */
export interface BaselineOptions {
  readonly count: number;
  readonly key: Key;
  readonly kinds: ColumnKinds;
}

const baselineRules: OptionRules<BaselineOptions> = { count: rule.whole(1), key: rule.anything, kinds: rule.object };

/** Rows whose columns are drawn from the table independently: every marginal right, every association lost. */
export function sampleIndependently(table: Table, options: BaselineOptions): Table {
  checkOptions('sampleIndependently', options, baselineRules);
  const { count, key, kinds } = options;
  return tableOf(
    Object.keys(kinds).map((name, k) => {
      const cells = cellsOf(table, name);
      const rows = randint(foldIn(key, k), [count], { high: cells.length }).data;
      return { name, values: Array.from(rows, (row) => cells[row] ?? null) };
    }),
  );
}

/**
 * Rows of a Gaussian copula fitted to the table: each column is mapped to normal scores by its own distribution function, the
 * scores' correlations are estimated, correlated normal draws are mapped back (Nelsen 2006, chapter 2; Patki et al. 2016).
 * Names are ordered by how often they occur; a missing number counts as its column's middle, and none is drawn.
 */
export function sampleGaussianCopula(table: Table, options: BaselineOptions): Table {
  checkOptions('sampleGaussianCopula', options, baselineRules);
  const { count, key, kinds } = options;
  const names = Object.keys(kinds);
  const orders = names.map((name) => ordered(table, name, kinds[name] === 'numeric'));
  const factor = correlationFactor(orders.map(normalScores));
  const n = names.length;
  const noise = normal(key, [count, n], { dtype: 'float64' }).data;
  return tableOf(
    names.map((name, k) => {
      const drawn = Float64Array.from({ length: count }, (_, row) => {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += factor[k * n + j]! * noise[row * n + j]!;
        return sum;
      });
      const probabilities = evaluate(Normal.fromStddev(0, 1).cdf(constant(drawn))).data;
      const { cells } = orders[k]!;
      const values = Array.from(probabilities, (p) => cells[Math.min(cells.length - 1, Math.floor(p * cells.length))]);
      return { name, values: values.map((cell) => cell ?? null) };
    }),
  );
}

/**
 * F with F Fᵀ near the scores' correlations and unit rows, [n, n]. A score is the mean of its cell's normal scores, so that
 * of a column with few values varies less than its normal variable: covariances are divided by both variances (the two-step
 * estimate of polyserial correlation, Olsson et al. 1982), and what then is not positive semidefinite is cut off.
 */
function correlationFactor(scores: readonly Float64Array[]): Float64Array {
  const n = scores.length;
  const variances = scores.map((score) => meanOf(Array.from(score, (value) => value * value)));
  const correlations = scores.flatMap((a, i) =>
    scores.map((b, j) => {
      const scale = variances[i]! * variances[j]!;
      if (i === j || scale === 0) return +(i === j);
      const covariance = meanOf(Array.from(a, (value, row) => value * b[row]!));
      return Math.max(-0.99, Math.min(0.99, covariance / scale));
    }),
  );
  const { values, vectors } = eigh(new NdArray(Float64Array.from(correlations), [n, n]));
  const factor = Float64Array.from(vectors.data, (entry, at) => entry * Math.sqrt(Math.max(0, values.data[at % n]!)));
  for (let row = 0; row < n; row++) {
    const entries = factor.subarray(row * n, (row + 1) * n);
    const length = Math.hypot(...entries);
    for (let j = 0; j < n; j++) entries[j]! /= length;
  }
  return factor;
}

interface Ordered {
  /** The column's cells in order, equal ones side by side; without the missing ones, where it is numeric. */
  readonly cells: readonly Cell[];
  /** Where among them each row's cell stands: the first and the last such place. NaN for a missing number. */
  readonly positions: readonly (readonly [first: number, last: number])[];
}

function ordered(table: Table, name: string, isNumeric: boolean): Ordered {
  const cells = cellsOf(table, name);
  const numbers = numbersOf(table, name);
  const counts = new Map<Cell, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const rank = (row: number): number => (isNumeric ? numbers[row]! : -counts.get(cells[row] ?? null)!);
  const rows = Array.from(cells.keys()).filter((row) => !isNumeric || !Number.isNaN(numbers[row]));
  const text = (row: number): string => String(cells[row]);
  rows.sort((a, b) => rank(a) - rank(b) || (isNumeric ? 0 : text(a) < text(b) ? -1 : +(text(a) > text(b))));
  const places = new Map<Cell, [number, number]>();
  const keyOf = (row: number): Cell => (isNumeric ? numbers[row]! : (cells[row] ?? null));
  rows.forEach((row, place) => {
    places.set(keyOf(row), [places.get(keyOf(row))?.[0] ?? place, place]);
  });
  return {
    cells: rows.map((row) => cells[row] ?? null),
    positions: Array.from(cells.keys(), (row) => places.get(keyOf(row)) ?? [NaN, NaN]),
  };
}

/** The mean of Φ⁻¹ over the places of cells equal to each row's; 0 for a missing number. */
function normalScores({ cells, positions }: Ordered): Float64Array {
  const places = Float64Array.from(cells, (_, place) => (place + 0.5) / cells.length);
  const scores = evaluate(Normal.fromStddev(0, 1).icdf(constant(places))).data;
  const means = new Map<number, number>();
  return Float64Array.from(positions, ([first, last]) => {
    if (Number.isNaN(first)) return 0;
    const mean = means.get(first) ?? meanOf(Array.from(scores.subarray(first, last + 1)));
    means.set(first, mean);
    return mean;
  });
}
