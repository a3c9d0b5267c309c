import { ShapeError } from '../core/index.ts';
import type { CsvDialect } from './csv-dialect.ts';
import type { NumberForm } from './number-form.ts';

/** One entry of a table; `null` where nothing is stored. CSV has strings only. */
export type Cell = string | number | boolean | null;

/** A column of a table: its name and cells, and how it is written where that is known. */
export interface TableColumn {
  readonly name: string;
  readonly values: readonly Cell[];
  /** How the column is written as text, where that is not as JavaScript has it. */
  readonly written?: WrittenForm;
}

/** How a column's cells are written as text. */
export interface WrittenForm {
  /** Of numbers. */
  readonly numbers?: NumberForm;
  /** Digits behind numbers' decimal sign. */
  readonly decimals?: number;
  /** What stands for a missing value; default: nothing. */
  readonly missing?: string;
}

/** Named columns of equal length: what CSV and Parquet files hold, before any meaning is given to them. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rowCount: number;
  /** How the file was laid out that it came from, when it was one of text. */
  readonly dialect?: CsvDialect | undefined;
  /** What was made of the file, for people, where that is not as everybody expects. */
  readonly notes?: readonly string[] | undefined;
  /** What parts fields when it is written as text; default: a comma. */
  readonly delimiter?: string;
}

/** A table of columns by name, or of a list of them. @throws ShapeError when columns differ in length or two have the same name */
export function tableOf(columns: Readonly<Record<string, readonly Cell[]>> | readonly TableColumn[]): Table {
  const list = Array.isArray(columns)
    ? (columns as readonly TableColumn[])
    : Object.entries(columns as Readonly<Record<string, readonly Cell[]>>).map(([name, values]) => ({ name, values }));
  const rowCount = list[0]?.values.length ?? 0;
  const names = new Set<string>();
  for (const { name, values } of list) {
    if (values.length !== rowCount) {
      throw new ShapeError(`table: '${list[0]?.name ?? ''}' has ${rowCount} rows, '${name}' has ${values.length}.`);
    }
    if (names.has(name)) throw new ShapeError(`table: two columns are named '${name}'.`);
    names.add(name);
  }
  return { columns: list, rowCount };
}

/** The rows `indices` as a table of their own. */
export function tableRows(table: Table, indices: ArrayLike<number>): Table {
  return {
    columns: table.columns.map(({ name, values }) => ({
      name,
      values: Array.from(indices, (index) => values[index] ?? null),
    })),
    rowCount: indices.length,
  };
}
