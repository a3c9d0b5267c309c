import { columnOf } from '../../io/index.ts';
import type { Cell, Column, CsvDialect, NumberForm, Table, TableColumn } from '../../io/index.ts';
import type { TableState } from './table-state.ts';
import { isMissing, keyOf } from './cells.ts';
import { evidenceOf, numberIn, readingOf } from './column-reading.ts';
import type { ColumnReading, FileEvidence, ReadingOptions } from './column-reading.ts';
import { namesLike } from './names-like.ts';

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

interface Rows {
  readonly of: TypedColumn;
  readonly indices: Uint32Array;
}

function taken({ of, indices }: Rows): Float64Array | undefined {
  const { numbers } = of;
  if (!numbers) return undefined;
  const out = new Float64Array(indices.length);
  for (let k = 0; k < out.length; k++) out[k] = numbers[indices[k]!]!;
  return out;
}

/**
 * A column whose cells have a meaning: which are missing, and whether the others are numbers. All that is inferred, fitted and
 * encoded starts here. What takes a look at every row is found when it is first asked for, and kept.
 */
export class TypedColumn implements TableColumn {
  readonly name: string;
  readonly length: number;
  readonly reading: ColumnReading;
  #numbers: Float64Array | undefined;
  #present: number | undefined;
  #distinctCount: number | undefined;

  readonly #rows: Rows | undefined;
  #column: Column | undefined;

  /**
   * @param options.rows these of its rows, whose numbers are known where the column's are
   * @param options.name what it is called, where that is not what the file calls it
   */
  constructor(
    column: Column,
    reading: ColumnReading,
    { rows, name = column.name }: { readonly rows?: Rows; readonly name?: string | undefined } = {},
  ) {
    this.name = name;
    this.length = rows ? rows.indices.length : column.length;
    this.reading = reading;
    this.#rows = rows;
    this.#column = rows ? undefined : column;
  }

  /** The cells as they are kept. */
  get column(): Column {
    // Most selections are asked for their numbers alone.
    this.#column ??= this.#rows!.of.column.select(this.#rows!.indices);
    return this.#column;
  }

  get values(): readonly Cell[] {
    return this.column.values;
  }

  /** `null` where no value is. */
  cell(row: number): Cell {
    const cell = this.column.cell(row);
    return this.#isAbsent(cell) ? null : cell;
  }

  /** Whether a cell holds no value: a missing one, or among numbers one that is none. */
  #isAbsent(cell: Cell): cell is null {
    const { isMissing: missing, form, odd } = this.reading;
    return missing(cell) || (form !== undefined && odd.length > 0 && Number.isNaN(numberIn(cell, form)));
  }

  /** Where a row stands, for people. */
  where(row: number): string {
    return this.column.where(row);
  }

  /** Rows that hold a value. */
  get present(): number {
    if (this.#present === undefined) {
      const known = this.numbers ?? this.read(() => 1);
      let count = 0;
      for (const value of known) if (!Number.isNaN(value)) count++;
      this.#present = count;
    }
    return this.#present;
  }

  /** `of` the cell of every row that holds a value, NaN for the others. Rows that hold the same are asked once. */
  read(of: (cell: NonNullable<Cell>) => number): Float64Array {
    return this.column.numbers((cell) => (this.#isAbsent(cell) ? NaN : of(cell)));
  }

  /** The rows' numbers, NaN where none is; `undefined` where the column is none of numbers. Do not write into it. */
  get numbers(): Float64Array | undefined {
    const { form, signs, isMissing: missing } = this.reading;
    if (form === undefined) return undefined;
    this.#numbers ??= this.#rows && taken(this.#rows);
    this.#numbers ??= this.column.numbers((cell) => (missing(cell) ? NaN : numberIn(cell, form)), signs);
    return this.#numbers;
  }

  /** The most digits after the decimal sign that a number is written with; `undefined` for exponents, or more than `most`. */
  decimals(most: number): number | undefined {
    let used = this.reading.decimals;
    if (used === undefined) return undefined;
    for (const value of this.column.specimens().some(({ cell }) => typeof cell === 'number')
      ? (this.numbers ?? [])
      : []) {
      if (Number.isNaN(value)) continue;
      const text = String(value);
      if (text.includes('e')) return undefined;
      const point = text.indexOf('.');
      if (point >= 0) used = Math.max(used, text.length - point - 1);
      if (used > most) return undefined;
    }
    return used <= most ? used : undefined;
  }

  /** The values in the order in which they first come; `undefined` where there are more than `limit`. */
  levels(limit = Infinity): readonly Level[] | undefined {
    // Some of the cells may be missing ones, or written in two ways.
    const distinct = this.column.distinct(4 * limit + 64);
    if (!distinct) return undefined;
    const found = new Map<string, { cell: NonNullable<Cell>; key: string; count: number; first: number }>();
    for (const { cell, count, first } of distinct) {
      if (this.#isAbsent(cell)) continue;
      const key = keyOf(cell);
      const known = found.get(key);
      if (known) known.count += count;
      else found.set(key, { cell, key, count, first });
    }
    return found.size > limit ? undefined : [...found.values()];
  }

  /** How many values there are; of numbers that are more than 4,096, at least how many. */
  get distinctCount(): number {
    this.#distinctCount ??=
      this.levels(mostTrimmed)?.length ?? this.column.countDistinct(this.reading.form ? mostTrimmed : Infinity);
    return this.#distinctCount;
  }

  /** Whether every row holds a value that no other does. */
  get unique(): boolean {
    if (this.length < 2 || this.present < this.length) return false;
    const few = this.length <= mostTrimmed ? this.levels(mostTrimmed) : undefined;
    return (few?.length ?? this.column.countDistinct(Infinity, { stopAtRepeat: true })) === this.length;
  }

  select(rows: Uint32Array): TypedColumn {
    return new TypedColumn(this.column, this.reading, { rows: { of: this, indices: rows }, name: this.name });
  }
}

/** What a person says of how cells are read, of the whole table and by column. */
export interface TypingOptions extends ReadingOptions {
  /** Refuse cells of columns of numbers that are none. */
  readonly strict?: boolean;
  readonly columns?: Readonly<
    Record<string, ReadingOptions & { readonly kind?: string; readonly levels?: readonly Cell[] }>
  >;
  /** What a trained model's columns are: new rows are read as its own were, as far as they leave that open. */
  readonly like?: TableState | undefined;
}

/** A table whose columns have been read for what they mean. It is a `Table` itself, and read once. */
export class TypedTable implements Table {
  readonly columns: readonly TypedColumn[];
  readonly rowCount: number;
  readonly dialect: CsvDialect | undefined;
  readonly notes: readonly string[] | undefined;
  /** What a trained model calls columns that are written otherwise here, by the names that they have here. */
  readonly meant: ReadonlyMap<string, string>;
  readonly #byName: ReadonlyMap<string, TypedColumn>;

  private constructor(
    columns: readonly TypedColumn[],
    table: Pick<Table, 'rowCount' | 'dialect' | 'notes'>,
    meant: ReadonlyMap<string, string>,
  ) {
    this.columns = columns;
    this.rowCount = table.rowCount;
    this.dialect = table.dialect;
    this.notes = table.notes;
    this.meant = meant;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  /** @throws DataError for cells that are not what they must be */
  static of(table: Table, options: TypingOptions = {}): TypedTable {
    if (table instanceof TypedTable) return table;
    const { columns: byColumn, like, ...general } = options;
    const meant = namesLike(table, like?.columns.map(({ name }) => name) ?? []);
    const declared = table.columns.map((column) => {
      const name = meant.get(column.name) ?? column.name;
      const { levels, ...own } = byColumn?.[name] ?? {};
      return { ...general, ...own, ...(levels && { knownLevels: new Set(levels.map(keyOf)) }), ...likeOf(like, name) };
    });
    const evidence = table.columns.map((column, k) => evidenceOf(columnOf(column), declared[k]!));
    const signs = new Map<'.' | ',', number>();
    const marksOfNumbers = new Set<string>();
    for (const { decimal, marks, others } of evidence) {
      if (decimal === undefined) continue;
      signs.set(decimal, (signs.get(decimal) ?? 0) + 1);
      for (const { text } of [...marks, ...others]) marksOfNumbers.add(text);
    }
    const [point = 0, comma = 0] = [signs.get('.'), signs.get(',')];
    const file: FileEvidence = {
      delimiter: table.dialect?.delimiter,
      decimal: point === comma ? undefined : point > comma ? '.' : ',',
      marksOfNumbers,
    };
    const columns = evidence.map((found, k) => {
      const reading = readingOf(found, file, declared[k]!);
      const name = meant.get(found.column.name);
      return new TypedColumn(found.column, declared[k]!.old ? { ...reading, isMissing } : reading, { name });
    });
    return new TypedTable(columns, table, meant);
  }

  /** Other rows of the same table, read alike. */
  alike(table: Table): TypedTable {
    const columns = table.columns.map((column) => {
      const name = this.meant.get(column.name) ?? column.name;
      const reading = this.#byName.get(name)?.reading;
      return reading
        ? new TypedColumn(columnOf(column), reading, { name })
        : TypedTable.of({ columns: [column], rowCount: table.rowCount }).columns[0]!;
    });
    return new TypedTable(columns, table, this.meant);
  }

  column(name: string): TypedColumn | undefined {
    return this.#byName.get(name);
  }

  /** These rows, in this order. */
  select(rows: Uint32Array): TypedTable {
    return new TypedTable(
      this.columns.map((column) => column.select(rows)),
      { rowCount: rows.length, dialect: this.dialect },
      this.meant,
    );
  }
}

/** How a trained model's column is read. */
function likeOf(
  like: TableState | undefined,
  name: string,
): {
  kind?: string;
  like?: NumberForm;
  levels?: ReadonlySet<string>;
  missing?: readonly string[];
  lenient?: boolean;
  old?: boolean;
} {
  const state = like?.columns.find((column) => column.name === name);
  if (!state) return {};
  const levels = 'levels' in state ? new Set(state.levels.map(keyOf)) : undefined;
  // A run of old did not say what was missing: the same texts everywhere.
  const old = 'nullable' in state && state.missing === undefined;
  return {
    kind: state.kind,
    lenient: true,
    ...(old && { old }),
    ...(levels && { knownLevels: levels }),
    ...('nullable' in state && state.missing && state.missing.length > 0 && { missing: state.missing }),
    ...(state.kind === 'numeric' && state.form && { like: state.form }),
  };
}
