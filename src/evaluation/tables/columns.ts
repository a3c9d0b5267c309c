import { ValueError } from '../../core/index.ts';
import { TypedTable, dateReader, findDates } from '../../data/index.ts';
import type { TypedColumn } from '../../data/index.ts';
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

const typedTables = new WeakMap<Table, TypedTable>();

/** The column as it is read. @throws ValueError when there is no such column */
function typedColumn(table: Table, name: string): TypedColumn {
  let typed = typedTables.get(table);
  if (!typed) typedTables.set(table, (typed = TypedTable.of(table)));
  const column = typed.column(name);
  if (column) return column;
  throw new ValueError(
    `tables: there is no column '${name}', only ${table.columns.map((candidate) => `'${candidate.name}'`).join(', ')}.`,
  );
}

/** A column's numbers, of dates in milliseconds since 1970; NaN where a cell is missing or holds none. */
export function numbersOf(table: Table, name: string): Float64Array {
  const column = typedColumn(table, name);
  if (column.numbers) return column.numbers;
  const dates = findDates((column.levels() ?? []).map(({ cell }) => String(cell)));
  const read = dates && dateReader(dates.format);
  return column.read((cell) => read?.(String(cell)) ?? NaN);
}

/** A column's names; a missing cell is a name of its own. */
export function namesOf(table: Table, name: string): string[] {
  const column = typedColumn(table, name);
  return Array.from({ length: column.length }, (_, row) => String(column.cell(row) ?? '').trim());
}

/** The share of a column's cells that are missing. */
export function missingRate(table: Table, name: string): number {
  const column = typedColumn(table, name);
  return column.length === 0 ? 0 : 1 - column.present / column.length;
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
