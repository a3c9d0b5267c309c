import type { DecimalSigns } from './decimals.ts';
import type { Cell, TableColumn } from './table.ts';

/** One of the distinct cells of a column. */
export interface DistinctCell {
  readonly cell: Cell;
  /** Rows that hold it. */
  readonly count: number;
  /** The first of them, from 0. */
  readonly first: number;
}

/**
 * A column in little memory, whatever keeps it: an array of the user's, the typed columns of a Parquet file, the bytes of a CSV
 * file. `values` are its cells as an array of their own, made when they are first asked for: convenient, and large.
 */
export interface Column extends TableColumn {
  readonly length: number;
  cell(row: number): Cell;
  /** The distinct cells in the order in which they first come; `undefined` where there are more than `limit`. */
  distinct(limit?: number): readonly DistinctCell[] | undefined;
  /** How many there are; beyond `limit` more than it; up to the first that comes again, where asked to stop there. */
  countDistinct(limit?: number, options?: { readonly stopAtRepeat?: boolean }): number;
  /** The distinct cells too, but plain decimals that only their digits tell apart are one: how the column is written. */
  specimens(): readonly DistinctCell[];
  /**
   * `of` every row's cell. Rows whose cells are known to be equal are asked once; plain decimals are not asked where `signs` says
   * how to read them. Numbers that are no text are always asked.
   */
  numbers(of: (cell: Cell) => number, signs?: DecimalSigns): Float64Array;
  /** These rows, in this order. */
  select(rows: Uint32Array): Column;
  /** Where a row stands, for people: `line 19` of a file of text, `row 18` of others (counted from 1). */
  where(row: number): string;
}

/** Distinct cells by number. */
export interface CellPool {
  readonly size: number;
  cell(code: number): Cell;
}

/** The column as one that answers; what has been made of an array is remembered. */
export function columnOf(column: TableColumn): Column {
  if (column instanceof BasicColumn) return column;
  const known = columnsOfArrays.get(column);
  if (known?.length === column.values.length) return known;
  const made = columnFromCells(column.name, column.values);
  columnsOfArrays.set(column, made);
  return made;
}

const columnsOfArrays = new WeakMap<TableColumn, Column>();

function columnFromCells(name: string, cells: ArrayLike<Cell>): Column {
  const numbers = numbersFrom(cells);
  if (numbers) return new NumberColumn(name, numbers);
  const codes = new Uint32Array(cells.length);
  const codeOf = new Map<Cell, number>();
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? null;
    let code = codeOf.get(cell);
    if (code === undefined) codeOf.set(cell, (code = codeOf.size));
    codes[row] = code;
  }
  const distinct = [...codeOf.keys()];
  return new CodedColumn(name, codes, { size: distinct.length, cell: (code) => distinct[code] ?? null });
}

/** The cells as they are where all are numbers; a missing one as NaN. */
function numbersFrom(cells: ArrayLike<Cell>): Float64Array | undefined {
  if (cells instanceof Float64Array) return cells;
  const numbers = new Float64Array(cells.length);
  let known = 0;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? null;
    if (cell !== null && typeof cell !== 'number') return undefined;
    numbers[row] = cell ?? NaN;
    if (cell !== null) known++;
  }
  return known > 0 ? numbers : undefined;
}

/** What columns have in common. */
export abstract class BasicColumn implements Column {
  readonly name: string;
  declare readonly values: readonly Cell[];
  readonly #length: number;
  readonly #where: (row: number) => string;

  constructor(name: string, length: number, where?: (row: number) => string) {
    this.name = name;
    this.#length = length;
    this.#where = where ?? ((row) => `row ${row + 1}`);
    let cells: Cell[] | undefined;
    // An own property, so that tables are compared, cloned and written as JSON by their cells.
    Object.defineProperty(this, 'values', {
      enumerable: true,
      get: () => (cells ??= Array.from({ length }, (_, row) => this.cell(row))),
    });
  }

  get length(): number {
    return this.#length;
  }

  where(row: number): string {
    return this.#where(row);
  }

  /** Where the rows of a selection stand. */
  protected whereOf(rows: Uint32Array): (row: number) => string {
    return (row) => this.#where(rows[row] ?? row);
  }

  abstract cell(row: number): Cell;
  abstract distinct(limit?: number): readonly DistinctCell[] | undefined;
  abstract countDistinct(limit?: number, options?: { readonly stopAtRepeat?: boolean }): number;
  abstract numbers(of: (cell: Cell) => number, signs?: DecimalSigns): Float64Array;

  specimens(): readonly DistinctCell[] {
    return this.distinct() ?? [];
  }

  abstract select(rows: Uint32Array): Column;
}

/** Up to so many distinct cells are remembered. */
const mostKept = 2 ** 12;

/** Distinct cells, and each row's number among them. */
export class CodedColumn extends BasicColumn {
  readonly #codes: Uint32Array;
  readonly #pool: CellPool;
  #distinct: readonly DistinctCell[] | undefined;

  constructor(name: string, codes: Uint32Array, pool: CellPool, where?: (row: number) => string) {
    super(name, codes.length, where);
    this.#codes = codes;
    this.#pool = pool;
  }

  cell(row: number): Cell {
    const code = this.#codes[row];
    return code === undefined ? null : this.#pool.cell(code);
  }

  distinct(limit = Infinity): readonly DistinctCell[] | undefined {
    if (this.#distinct) return this.#distinct.length > limit ? undefined : this.#distinct;
    const counts = new Uint32Array(this.#pool.size);
    const firsts: number[] = [];
    for (let row = 0; row < this.#codes.length; row++) {
      if (counts[this.#codes[row]!]!++ === 0 && firsts.push(row) > limit) return undefined;
    }
    const found = firsts.map((first) => {
      const code = this.#codes[first]!;
      return { cell: this.#pool.cell(code), count: counts[code]!, first };
    });
    if (found.length <= mostKept) this.#distinct = found;
    return found;
  }

  countDistinct(): number {
    const seen = new Uint8Array(this.#pool.size);
    let count = 0;
    for (const code of this.#codes) {
      if (seen[code] === 0) count++;
      seen[code] = 1;
    }
    return count;
  }

  numbers(of: (cell: Cell) => number): Float64Array {
    const known = new Uint8Array(this.#pool.size);
    const byCode = new Float64Array(this.#pool.size);
    const out = new Float64Array(this.length);
    for (let row = 0; row < out.length; row++) {
      const code = this.#codes[row]!;
      if (known[code] === 0) {
        byCode[code] = of(this.#pool.cell(code));
        known[code] = 1;
      }
      out[row] = byCode[code]!;
    }
    return out;
  }

  select(rows: Uint32Array): Column {
    const codes = new Uint32Array(rows.length);
    for (let k = 0; k < rows.length; k++) codes[k] = this.#codes[rows[k]!]!;
    return new CodedColumn(this.name, codes, this.#pool, this.whereOf(rows));
  }
}

/** Numbers; NaN where there is none. */
class NumberColumn extends BasicColumn {
  readonly #numbers: Float64Array;

  constructor(name: string, numbers: Float64Array, where?: (row: number) => string) {
    super(name, numbers.length, where);
    this.#numbers = numbers;
  }

  cell(row: number): Cell {
    const value = this.#numbers[row] ?? NaN;
    return Number.isNaN(value) ? null : value;
  }

  distinct(limit = Infinity): readonly DistinctCell[] | undefined {
    return distinctCells(this, limit);
  }

  countDistinct(limit = Infinity): number {
    if (limit < Infinity) {
      const found = new Set<number>();
      for (let row = 0; row < this.length && found.size <= limit; row++) found.add(this.#numbers[row]!);
      return found.size;
    }
    // NaN sorts to the end.
    const sorted = this.#numbers.toSorted();
    let count = 0;
    for (let row = 0; row < sorted.length; row++) if (row === 0 || !Object.is(sorted[row], sorted[row - 1])) count++;
    return count;
  }

  override specimens(): readonly DistinctCell[] {
    // All numbers are written alike.
    const first = this.#numbers.findIndex(Number.isFinite);
    const known = this.#numbers.reduce((count, value) => (Number.isFinite(value) ? count + 1 : count), 0);
    return first < 0 ? [] : [{ cell: this.cell(first), count: known, first }];
  }

  numbers(of: (cell: Cell) => number): Float64Array {
    return this.#numbers.map((value) => of(Number.isNaN(value) ? null : value));
  }

  select(rows: Uint32Array): Column {
    const numbers = new Float64Array(rows.length);
    for (let k = 0; k < rows.length; k++) numbers[k] = this.#numbers[rows[k]!]!;
    return new NumberColumn(this.name, numbers, this.whereOf(rows));
  }
}

/** The cells that differ, in the order in which they come first; `undefined` for more than `limit`. */
export function distinctCells(
  column: { readonly length: number; cell(row: number): Cell },
  limit: number,
): readonly DistinctCell[] | undefined {
  const found = new Map<Cell, { cell: Cell; count: number; first: number }>();
  for (let row = 0; row < column.length; row++) {
    const cell = column.cell(row);
    const known = found.get(cell);
    if (known) known.count++;
    else if (found.size === limit) return undefined;
    else found.set(cell, { cell, count: 1, first: row });
  }
  return [...found.values()];
}
