import { NdArray } from '../../core/index.ts';
import { subset } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import { key, permutation } from '../../random/index.ts';
import type { GivenColumn } from './given-conditions.ts';

/** Distinct conditions of training, [n, size], and how many examples have each. */
export interface ConditionCounts {
  readonly rows: NdArray<'float32'>;
  readonly counts: NdArray<'float64'>;
}

/** Conditions of training rows that a run keeps, at most, and numbers in them: to draw from. */
const mostRows = 2 ** 14;
const mostNumbers = 2 ** 20;

/** The distinct conditions, which end each row of a table, and how many rows have each. */
export function distinctConditions(training: Dataset, width: number): ConditionCounts {
  const most = Math.min(mostRows, Math.max(1, Math.floor(mostNumbers / width)));
  const dataset = training.size <= most ? training : subset(training, someOf(training.size, most));
  const [rowWidth = 0] = dataset.sampleShape;
  const found = new Map<string, { readonly numbers: Float32Array; count: number }>();
  const step = 4096;
  for (let first = 0; first < dataset.size; first += step) {
    const indices = Uint32Array.from({ length: Math.min(step, dataset.size - first) }, (_, k) => first + k);
    const rows = new Float32Array(indices.length * rowWidth);
    dataset.gather(indices, rows);
    for (let end = rowWidth; end <= rows.length; end += rowWidth) {
      const numbers = rows.slice(end - width, end);
      const name = numbers.join();
      const known = found.get(name);
      if (known) known.count++;
      else found.set(name, { numbers, count: 1 });
    }
  }
  const all = [...found.values()];
  const rows = NdArray.zeros([all.length, width], 'float32');
  all.forEach(({ numbers }, k) => {
    rows.data.set(numbers, k * width);
  });
  return {
    rows,
    counts: NdArray.from(
      all.map(({ count }) => count),
      'float64',
    ),
  };
}

function someOf(size: number, count: number): Uint32Array {
  return Uint32Array.from(permutation(key(0), size).data.subarray(0, count)).sort();
}

/** Rows of training to draw from. */
export interface Pool {
  readonly rows: readonly number[];
  /** Which of them a uniform number stands for. */
  placeOf(uniform: number): number;
}

/** The rows of training that have what is given; all of them, where there is none. */
export function poolOf(
  { rows: conditions, counts }: ConditionCounts,
  given: readonly { readonly column: GivenColumn; readonly place: number }[],
): Pool {
  const [count = 0, size = 0] = conditions.shape;
  const { data } = conditions;
  const all = Array.from({ length: count }, (_, row) => row);
  const fitting = all.filter((row) =>
    given.every(({ column: { offset, values }, place }) =>
      values[place]?.numbers.every((value, k) => data[row * size + offset + k] === value),
    ),
  );
  const rows = fitting.length > 0 ? fitting : all;
  let total = 0;
  const upTo = rows.map((row) => (total += counts.data[row] ?? 0));
  return { rows, placeOf: (u) => firstAbove(upTo, u * total) };
}

/** The place of the first of rising numbers that is above a value. */
function firstAbove(numbers: readonly number[], value: number): number {
  let [from, to] = [0, numbers.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? NaN) > value) to = middle;
    else from = middle + 1;
  }
  return from;
}
