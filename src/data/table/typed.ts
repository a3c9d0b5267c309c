import { columnOf } from '../../io/index.ts';
import type { Cell, Column, Table, TableColumn } from '../../io/index.ts';
import { isCode, isMissing, keyOf, numberOf } from './cells.ts';

/** One of the values of a column: cells that mean the same (`keyOf`) are one. */
export interface Level {
  /** As it first comes. */
  readonly cell: NonNullable<Cell>;
  readonly key: string;
  readonly count: number;
  /** The first row that holds it, from 0. */
  readonly first: number;
}

/** Beyond so many, distinct texts are counted as they are written. */
const mostTrimmed = 4096;

/**
 * A column whose cells have a meaning: which are missing, and whether the others are numbers. All that is inferred, fitted and
 * encoded starts here. What takes a look at every row is found when it is first asked for, and kept.
 */
export class TypedColumn implements TableColumn {
  readonly name: string;
  readonly length: number;
  readonly column: Column;
  #numbers: Float64Array | null | undefined;
  #present: number | undefined;
  #distinctCount: number | undefined;

  constructor(column: Column) {
    this.name = column.name;
    this.length = column.length;
    this.column = column;
  }

  get values(): readonly Cell[] {
    return this.column.values;
  }

  /** `null` where no value is. */
  cell(row: number): Cell {
    const cell = this.column.cell(row);
    return isMissing(cell) ? null : cell;
  }

  /** Where a row stands, for people. */
  where(row: number): string {
    return this.column.where(row);
  }

  /** Rows that hold a value. */
  get present(): number {
    return (this.#present ??= this.read(() => 1).reduce((sum, one) => (Number.isNaN(one) ? sum : sum + 1), 0));
  }

  /** `of` the cell of every row that holds a value, NaN for the others. Rows that hold the same are asked once. */
  read(of: (cell: NonNullable<Cell>) => number): Float64Array {
    return this.column.numbers((cell) => (isMissing(cell) ? NaN : of(cell)));
  }

  /** The rows' numbers, NaN where missing; `undefined` unless every value is one, and none is written as codes are (007). */
  get numbers(): Float64Array | undefined {
    if (this.#numbers === undefined) this.#numbers = this.#readNumbers() ?? null;
    return this.#numbers ?? undefined;
  }

  #readNumbers(): Float64Array | undefined {
    const found = { other: this.present === 0 };
    const numbers = this.read((cell) => {
      if (found.other) return NaN;
      const value = numberOf(cell);
      found.other = Number.isNaN(value) || isCode(cell);
      return value;
    });
    return found.other ? undefined : numbers;
  }

  /** The most digits after the point that a number is written with; `undefined` for exponents, or more than `most`. */
  decimals(most: number): number | undefined {
    const digits = this.read((cell) => {
      const text = String(cell).trim();
      if (/e/i.test(text)) return Infinity;
      const point = text.indexOf('.');
      return point < 0 ? 0 : text.length - point - 1;
    });
    const used = digits.reduce((least, count) => (count > least ? count : least), 0);
    return used <= most ? used : undefined;
  }

  /** The values in the order in which they first come; `undefined` where there are more than `limit`. */
  levels(limit = Infinity): readonly Level[] | undefined {
    // Some of the cells may be missing ones, or written in two ways.
    const distinct = this.column.distinct(4 * limit + 64);
    if (!distinct) return undefined;
    const found = new Map<string, { cell: NonNullable<Cell>; key: string; count: number; first: number }>();
    for (const { cell, count, first } of distinct) {
      if (isMissing(cell)) continue;
      const key = keyOf(cell);
      const known = found.get(key);
      if (known) known.count += count;
      else found.set(key, { cell, key, count, first });
    }
    return found.size > limit ? undefined : [...found.values()];
  }

  /** How many values there are. */
  get distinctCount(): number {
    return (this.#distinctCount ??= this.levels(mostTrimmed)?.length ?? this.column.countDistinct());
  }

  /** Whether every row holds a value that no other does. */
  get unique(): boolean {
    return this.length > 1 && this.present === this.length && this.distinctCount === this.length;
  }

  select(rows: Uint32Array): TypedColumn {
    return new TypedColumn(this.column.select(rows));
  }
}

/** A table whose columns have been read for what they mean. It is a `Table` itself, and read once. */
export class TypedTable implements Table {
  readonly columns: readonly TypedColumn[];
  readonly rowCount: number;

  private constructor(columns: readonly TypedColumn[], rowCount: number) {
    this.columns = columns;
    this.rowCount = rowCount;
  }

  static of(table: Table): TypedTable {
    if (table instanceof TypedTable) return table;
    return new TypedTable(
      table.columns.map((column) => new TypedColumn(columnOf(column))),
      table.rowCount,
    );
  }

  column(name: string): TypedColumn | undefined {
    return this.columns.find((column) => column.name === name);
  }

  /** These rows, in this order. */
  select(rows: Uint32Array): TypedTable {
    return new TypedTable(
      this.columns.map((column) => column.select(rows)),
      rows.length,
    );
  }
}
