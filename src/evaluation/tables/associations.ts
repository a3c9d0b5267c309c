import type { Table } from '../../io/index.ts';
import { namesOf, numbersOf } from './columns.ts';
import type { ColumnKinds } from './columns.ts';

/** How strongly two columns go together, over the rows where both are known: see `compareTables`. 0 where one never varies. */
export function association(table: Table, [a, b]: readonly [string, string], kinds: ColumnKinds): number {
  const isNumeric = [a, b].map((name) => kinds[name] === 'numeric');
  if (isNumeric[0] && isNumeric[1]) return correlation(numbersOf(table, a), numbersOf(table, b));
  if (isNumeric[0]) return correlationRatio(namesOf(table, b), numbersOf(table, a));
  if (isNumeric[1]) return correlationRatio(namesOf(table, a), numbersOf(table, b));
  return cramersV(namesOf(table, a), namesOf(table, b));
}

/** Pearson's r of the pairs without NaN. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const rows = Array.from(a.keys()).filter((row) => !Number.isNaN(a[row]! + b[row]!));
  const [meanA, meanB] = [a, b].map((values) => meanOf(rows.map((row) => values[row]!))) as [number, number];
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (const row of rows) {
    const [x, y] = [a[row]! - meanA, b[row]! - meanB];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA > 0 && squaresB > 0 ? products / Math.sqrt(squaresA * squaresB) : 0;
}

/** η: the root of the share of the variance that lies between the groups (Pearson 1905). */
export function correlationRatio(groups: readonly string[], values: Float64Array): number {
  const members = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const value = values[row]!;
    if (Number.isNaN(value)) return;
    const list = members.get(group);
    if (list) list.push(value);
    else members.set(group, [value]);
  });
  const all = [...members.values()].flat();
  const mean = meanOf(all);
  const total = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let between = 0;
  for (const list of members.values()) between += list.length * (meanOf(list) - mean) ** 2;
  return total > 0 ? Math.sqrt(between / total) : 0;
}

/** V = √(χ² / (n (min(rows, columns) − 1))) of the table of counts (Cramér 1946). */
export function cramersV(a: readonly string[], b: readonly string[]): number {
  const count = (names: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const [countsA, countsB] = [count(a), count(b)];
  const pairs = count(a.map((name, row) => JSON.stringify([name, b[row]])));
  const least = Math.min(countsA.size, countsB.size) - 1;
  if (least < 1) return 0;
  // χ² / n = Σ nᵢⱼ² / (nᵢ nⱼ) − 1
  let sum = -1;
  for (const [pair, both] of pairs) {
    const [x, y] = JSON.parse(pair) as [string, string];
    sum += both ** 2 / (countsA.get(x)! * countsB.get(y)!);
  }
  return Math.sqrt(Math.max(0, sum) / least);
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
