import { ValueError } from '../../core/index.ts';
import { dateReader, findDates, isMissing, numberOf } from '../../data/index.ts';
import type { Cell, Table } from '../../io/index.ts';

/** What a column holds, for comparing: numbers in order, or names without one. */
export type ColumnKind = 'numeric' | 'category';

/** The columns to compare, by name. Columns that are not named are left aside. */
export type ColumnKinds = Readonly<Record<string, ColumnKind>>;

/** The cells of one column. @throws ValueError when there is no such column */
export function cellsOf({ columns }: Table, name: string): readonly Cell[] {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column.values;
  throw new ValueError(
    `tables: there is no column '${name}', only ${columns.map((candidate) => `'${candidate.name}'`).join(', ')}.`,
  );
}

/** A column's numbers, of dates in milliseconds since 1970; NaN where a cell is missing or holds none. */
export function numbersOf(table: Table, name: string): Float64Array {
  const cells = cellsOf(table, name);
  const numbers = Float64Array.from(cells, (cell) => (isMissing(cell) ? NaN : numberOf(cell)));
  if (numbers.some((value) => !Number.isNaN(value))) return numbers;
  const dates = findDates([...new Set(cells.filter((cell) => !isMissing(cell)).map(String))]);
  const read = dates && dateReader(dates.format);
  return read ? Float64Array.from(cells, (cell) => (isMissing(cell) ? NaN : read(String(cell)))) : numbers;
}

/** A column's names; a missing cell is a name of its own. */
export function namesOf(table: Table, name: string): string[] {
  return cellsOf(table, name).map((cell) => (isMissing(cell) ? '' : String(cell).trim()));
}

/** The share of a column's cells that are missing. */
export function missingRate(table: Table, name: string): number {
  const cells = cellsOf(table, name);
  return cells.length === 0 ? 0 : cells.filter(isMissing).length / cells.length;
}

/** How often each name occurs, as shares. */
export function shares(names: readonly string[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const name of names) result.set(name, (result.get(name) ?? 0) + 1 / names.length);
  return result;
}

/** ½ Σ |p − q|: the largest difference in probability of any set of names. */
export function totalVariation(p: ReadonlyMap<string, number>, q: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const name of new Set([...p.keys(), ...q.keys()])) sum += Math.abs((p.get(name) ?? 0) - (q.get(name) ?? 0));
  return sum / 2;
}
