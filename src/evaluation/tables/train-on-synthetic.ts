import { NdArray, ValueError, checkOptions, rule } from '../../core/index.ts';
import type { Table } from '../../io/index.ts';
import { linearProbe } from '../fit-linear-probe.ts';
import { nearestNeighbourAccuracy } from '../nearest-neighbours.ts';
import { namesOf, numbersOf } from './columns.ts';
import type { ColumnKinds } from './columns.ts';

/** Accuracies on real rows. */
export interface DownstreamAccuracy {
  /** Of logistic regression. */
  readonly logistic: number;
  /** Of the five nearest neighbours. */
  readonly neighbours: number;
  /** Of the training rows' most frequent class, whatever the row. */
  readonly constant: number;
}

/**
 * How well classifiers do on `test`, real rows, that have seen `train` alone: train it once on a synthetic table and once on
 * the real training rows, and compare. Features are standardised as in `train`; a missing number is its column's mean, a
 * category one-hot.
 *
 * @param target the column to predict
 */
export function downstreamAccuracy(
  train: Table,
  test: Table,
  options: { readonly target: string; readonly kinds: ColumnKinds },
): DownstreamAccuracy {
  checkOptions('downstreamAccuracy', options, { target: rule.text, kinds: rule.object });
  const { target, kinds } = options;
  const features = Object.entries(kinds).filter(([name]) => name !== target);
  if (features.length === 0) throw new ValueError(`downstreamAccuracy: there is no column but '${target}'.`);
  const columns = features.flatMap(([name, kind]) =>
    kind === 'numeric' ? [numericFeature(train, name)] : categoryFeatures(train, name),
  );
  const classes = [...new Set([...namesOf(train, target), ...namesOf(test, target)])];
  const labeled = (table: Table) => ({
    codes: matrix(columns.map((column) => column(table))),
    labels: namesOf(table, target).map((name) => classes.indexOf(name)),
  });
  const [seen, unseen] = [labeled(train), labeled(test)];
  const usual = mostFrequent(seen.labels);
  const constant = unseen.labels.filter((label) => label === usual).length / unseen.labels.length;
  if (new Set(seen.labels).size < 2) return { logistic: constant, neighbours: constant, constant };
  return {
    logistic: linearProbe(seen, unseen).accuracy,
    neighbours: nearestNeighbourAccuracy(seen, unseen, { neighbours: Math.min(5, seen.labels.length) }),
    constant,
  };
}

type Feature = (table: Table) => Float64Array;

function numericFeature(train: Table, name: string): Feature {
  const known = numbersOf(train, name).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return (table) => numbersOf(table, name).map((value) => (Number.isNaN(value) ? 0 : (value - mean) * scale));
}

function categoryFeatures(train: Table, name: string): Feature[] {
  return [...new Set(namesOf(train, name))].map(
    (category) => (table) => Float64Array.from(namesOf(table, name), (given) => +(given === category)),
  );
}

/** Columns side by side: [rows, columns]. */
function matrix(columns: readonly Float64Array[]): NdArray<'float64'> {
  const rows = columns[0]?.length ?? 0;
  const data = Float64Array.from(
    { length: rows * columns.length },
    (_, at) => columns[at % columns.length]![Math.floor(at / columns.length)]!,
  );
  return new NdArray(data, [rows, columns.length], 'float64');
}

function mostFrequent(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [-1, 0])[0];
}
