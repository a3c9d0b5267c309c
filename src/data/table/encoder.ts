import { DataError, NdArray, ShapeError, formatShape } from '../../core/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Cell, Table, TableColumn, WrittenForm } from '../../io/index.ts';
import type { ColumnState, TableState } from './table-state.ts';
import { fillUniform, foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { purposeKey } from '../streams.ts';
import { keyOf, numberOf } from './cells.ts';
import { DateCodec, dateReader, readIsoDate, roundTo } from './dates/index.ts';
import { fitTable, isFeature } from './fit-table.ts';
import type { ColumnSchema } from './column-kinds.ts';
import { drawLabels } from './label-draws.ts';
import { applyTransform, undoTransform } from './transforms.ts';
import { TypedTable } from './typed-table.ts';
import type { TypedColumn } from './typed-table.ts';

/**
 * Where one column stands in an encoded row, and what its numbers are:
 *
 * - `numeric` (dates too): one number of about unit scale, a standard or a normal score; 0 where missing.
 * - `boolean`: 0 or 1; 0 where missing.
 * - `categorical`: one-hot, its last place for "other" (rare in training or never seen); zeros where missing.
 * - `ordinal`: one-hot over the levels from lowest to highest; zeros where missing.
 */
export interface TableBlock {
  readonly column: string;
  readonly kind: 'numeric' | 'boolean' | 'categorical' | 'ordinal';
  readonly offset: number;
  readonly width: number;
  /** Where 1 says that the value is missing: present where missing values are provided for. */
  readonly missing?: number;
}

/** Rows as codes, a number a column: what is kept in memory or on disk; `TableEncoder.writeRow` spreads a row out. */
export interface EncodedTable {
  readonly rowCount: number;
  /** [rows, features]: a transformed number, 0 or 1, or the place in a one-hot vector; NaN where missing. */
  readonly codes: Float32Array;
  /** How many values each column has that training did not provide for, by what was made of them. */
  readonly surprises: readonly Surprise[];
  /** The rows where a column has such a value, as ones, by column. */
  readonly unseen: ReadonlyMap<string, Uint8Array>;
}

/** Cells of a column that training knew nothing of, and how many there are. */
export interface Surprise {
  readonly column: string;
  readonly what: 'unseen category' | 'missing value' | 'not of the kind' | 'outside the levels' | 'no constant';
  readonly count: number;
  /** The first of them. */
  readonly example: string;
}

/** The text that stands for a category which was pooled, in runs of old that do not know which there were. */
export const otherCategory = '(other)';

/** What becomes of what encoded rows leave open when they are read back as a table. */
export interface DecodeOptions {
  /** Of what encoded rows leave open: which of the pooled categories, which label. Default: 0. */
  readonly seed?: number;
  /** Whether rows get labels, drawn given each row. Default: false. */
  readonly labels?: boolean;
  /** Whether labels are missing as often as in training. Default: true. */
  readonly missing?: boolean;
}

type Feature = Extract<ColumnState, { nullable: boolean }>;

/** Turns rows of a table into numbers and back. Its whole state is JSON: `new TableEncoder(state)` continues it. */
export class TableEncoder {
  readonly state: TableState;
  /** Numbers in an encoded row. */
  readonly width: number;
  readonly blocks: readonly TableBlock[];
  /** Those of the columns that a model has distributions of: all but the condition's, which stand last. */
  readonly modelled: readonly TableBlock[];
  /** Numbers of the condition, at the end of a row; 0 without one. */
  readonly conditionWidth: number;
  readonly #features: readonly Feature[];
  /** Of each feature with levels, the place of each. */
  readonly #places: readonly ReadonlyMap<string, number>[];
  /** Of each feature of dates, how it is read and written. */
  readonly #dates: readonly (DateWriter | undefined)[];

  constructor(state: TableState) {
    this.state = state;
    const features = state.columns.filter((column): column is Feature => isFeature(column.kind));
    const isGiven = ({ name }: Feature): boolean => state.condition?.includes(name) ?? false;
    this.#features = [...features.filter((feature) => !isGiven(feature)), ...features.filter(isGiven)];
    this.#places = this.#features.map(
      (feature) => new Map(levelsOf(feature).map((level, place) => [keyOf(level), place])),
    );
    this.#dates = this.#features.map((feature) => (feature.kind === 'datetime' ? new DateWriter(feature) : undefined));
    const blocks: TableBlock[] = [];
    let offset = 0;
    for (const feature of this.#features) {
      const width = widthOf(feature);
      const kind = feature.kind === 'datetime' ? 'numeric' : feature.kind;
      const missing = feature.nullable ? offset + width : undefined;
      blocks.push({ column: feature.name, kind, offset, width, ...(missing !== undefined && { missing }) });
      offset += width + (feature.nullable ? 1 : 0);
    }
    this.blocks = blocks;
    this.width = offset;
    this.modelled = blocks.filter(({ column }) => !state.condition?.includes(column));
    this.conditionWidth = offset - (blocks[this.modelled.length]?.offset ?? offset);
  }

  /** Columns that were the same in all training rows, where scores take notice of that. */
  get constants(): readonly string[] {
    if (this.state.rows === undefined) return [];
    return this.state.columns.flatMap(({ kind, name }) => (kind === 'constant' ? [name] : []));
  }

  /** An encoder for tables like this one. @throws DataError naming the column whose values are not of its kind */
  static fit(
    table: Table,
    schema: readonly ColumnSchema[],
    options: { readonly condition?: readonly string[] | undefined } = {},
  ): TableEncoder {
    return new TableEncoder(fitTable(table, schema, options));
  }

  /**
   * The rows as codes. A category that was never seen counts as "other"; a value that is not of its column's kind, and a
   * missing one where training had none, as missing. Both are counted in `surprises`. Columns that the encoder does not
   * know are left aside.
   *
   * @throws DataError naming the columns that are missing altogether
   */
  encode(table: Table): EncodedTable {
    const typed = TypedTable.of(table, { like: this.state });
    const absent = this.#features.filter(({ name }) => !typed.column(name)).map(({ name }) => `'${name}'`);
    if (absent.length > 0) {
      const there = table.columns.map(({ name }) => `'${name}'`).join(', ');
      const [s, it] = absent.length > 1 ? ['s', 'them'] : ['', 'it'];
      throw new DataError(
        `table: the model needs the column${s} ${absent.join(', ')}; there are ${there}. ${
          table.dialect?.header === false
            ? 'The first line of the file holds values: put the names of the columns there.'
            : `Add ${it} as ${absent.length > 1 ? 'columns' : 'a column'} of empty cells where nothing is known of ${it}.`
        }`,
      );
    }
    const surprises = new Surprises();
    const unseen = new Map<string, Uint8Array>();
    const surprise = (column: TypedColumn, what: Surprise['what'], row: number): void => {
      surprises.add(column.name, what, column.column.cell(row));
      let rows = unseen.get(column.name);
      if (!rows) unseen.set(column.name, (rows = new Uint8Array(table.rowCount)));
      rows[row] = 1;
    };
    const stride = this.blocks.length;
    const codes = new Float32Array(table.rowCount * stride);
    this.#features.forEach((feature, index) => {
      const column = typed.column(feature.name);
      if (!column) return;
      const other = feature.kind === 'categorical' && feature.pooled === 0 ? feature.levels.length : undefined;
      const isOrdinal = feature.kind === 'ordinal';
      const read = this.#codesOf(column, index);
      for (let row = 0; row < read.length; row++) {
        const code = read[row]!;
        codes[row * stride + index] = code === notOfTheKind ? NaN : code < 0 && isOrdinal ? -1 - code : code;
        if (code === notOfTheKind) surprise(column, 'not of the kind', row);
        else if (code === other) surprise(column, 'unseen category', row);
        else if (code < 0 && isOrdinal) surprise(column, 'outside the levels', row);
        else if (!feature.nullable && Number.isNaN(code)) surprise(column, 'missing value', row);
      }
    });
    for (const constant of this.state.columns) {
      const column = constant.kind === 'constant' && constant.value !== null ? typed.column(constant.name) : undefined;
      if (!column || constant.kind !== 'constant') continue;
      const same = sameAs(constant.value);
      const others = column.read((cell) => (same(cell) ? 0 : 1));
      for (let row = 0; row < others.length; row++) if (others[row] !== 0) surprise(column, 'no constant', row);
    }
    return { rowCount: table.rowCount, codes, surprises: surprises.list(), unseen };
  }

  /** The rows' codes in one column: NaN where missing, `notOfTheKind` for a value that the column cannot have. */
  #codesOf(column: TypedColumn, index: number): Float64Array {
    const feature = this.#features[index]!;
    const { reading } = column;
    if (feature.kind === 'numeric' && column.numbers) {
      const { transform } = feature;
      const numbers = column.numbers;
      const mayBeOdd = reading.lenient && reading.odd.length > 0;
      return numbers.map((value, row) => {
        if (!Number.isNaN(value)) return applyTransform(transform, value);
        return mayBeOdd && !reading.isMissing(column.column.cell(row)) ? notOfTheKind : NaN;
      });
    }
    const how = { places: this.#places[index]!, dates: this.#dates[index] };
    return column.read((cell) => {
      const code = codeOf(feature, how, cell);
      return Number.isNaN(code) ? notOfTheKind : code;
    });
  }

  /** Spreads the codes of one row, which begin at `at`, out into `width` numbers of `out`, from `start` on. */
  writeRow(codes: Float32Array, at: number, out: Float32Array, start: number): void {
    const { blocks } = this;
    for (let index = 0; index < blocks.length; index++) {
      const { kind, offset, width, missing } = blocks[index]!;
      const code = codes[at + index]!;
      const known = !Number.isNaN(code);
      const first = start + offset;
      if (kind === 'numeric' || kind === 'boolean') {
        out[first] = known ? code : 0;
      } else {
        out.fill(0, first, first + width);
        if (known) out[first + code] = 1;
      }
      if (missing !== undefined) out[start + missing] = known ? 0 : 1;
    }
  }

  /**
   * Rows that a model drew, made like encoded ones, in place: nothing stands where a flag says that a value is missing, or
   * no value is missing.
   *
   * @param rows [n, width]
   */
  settleMissing(rows: Float32Array, { missing: kept }: { readonly missing: boolean }): void {
    for (let start = 0; start < rows.length; start += this.width) {
      for (const { offset, width, missing } of this.modelled) {
        if (missing === undefined) continue;
        if (!kept) rows[start + missing] = 0;
        else if (rows[start + missing] === 1) rows.fill(0, start + offset, start + offset + width);
      }
    }
  }

  /** All rows of `table`, [rows, width]. */
  encodeMatrix(table: Table): NdArray<'float32'> {
    const { rowCount, codes } = this.encode(table);
    const matrix = NdArray.zeros([rowCount, this.width], 'float32');
    for (let row = 0; row < rowCount; row++) {
      this.writeRow(codes, row * this.blocks.length, matrix.data, row * this.width);
    }
    return matrix;
  }

  /**
   * Encoded rows as a table of the columns that are modelled and the constant ones, with the types, formats and ranges of
   * the training rows: numbers are rounded and cut to [min, max], the largest entry of a one-hot vector is the category,
   * and a value is missing where its indicator is above ½. "Other" is one of the categories that were pooled, as often as it was
   * among them.
   *
   * @param matrix [rows, width]
   */
  decode(matrix: NdArray, { seed = 0, labels, missing = true }: DecodeOptions = {}): Table {
    const [rows = 0, width] = matrix.shape;
    if (matrix.shape.length !== 2 || width !== this.width) {
      throw new ShapeError(`table: expected encoded rows [n, ${this.width}], got ${formatShape(matrix.shape)}.`);
    }
    const places = new Map(this.#features.map((feature, index) => [feature.name, index]));
    const columns = this.state.columns.flatMap((column, place): TableColumn[] => {
      const { name } = column;
      if (column.kind === 'constant') return [{ name, values: Array.from({ length: rows }, () => column.value) }];
      if (column.kind === 'label' && column.model && labels) {
        const key = purposeKey(seed, 'labels');
        return [{ name, values: drawLabels({ ...column, model: column.model }, matrix, { key, missing }) }];
      }
      const index = places.get(name);
      const feature = index === undefined ? undefined : this.#features[index];
      if (index === undefined || !feature) return [];
      const { offset, width: size, missing: flag } = this.blocks[index]!;
      const other = otherOf(feature, foldIn(purposeKey(seed, 'categories'), place));
      const values = Array.from({ length: rows }, (_, row): Cell => {
        const start = row * this.width;
        if (flag !== undefined && matrix.data[start + flag]! > 0.5) return null;
        const cell = cellOf(feature, matrix.data.subarray(start + offset, start + offset + size), this.#dates[index]);
        return cell === otherCategory ? other(row) : cell;
      });
      const written = writtenForm(feature);
      return [{ name, values, ...(written && { written }) }];
    });
    const { delimiter } = this.state;
    return { ...tableOf(columns), ...(delimiter !== undefined && { delimiter }) };
  }
}

/** Whether a cell is the given one, `7.0` for 7 too. */
function sameAs(value: Cell): (cell: Cell) => boolean {
  const [key, number] = [keyOf(value), numberOf(value)];
  return (cell) => keyOf(cell) === key || (!Number.isNaN(number) && numberOf(cell) === number);
}

/** What stands for the code of such a value until it is counted: codes are finite. */
const notOfTheKind = Infinity;

function levelsOf(feature: Feature): readonly NonNullable<Cell>[] {
  if (feature.kind === 'categorical' || feature.kind === 'ordinal') return feature.levels;
  return feature.kind === 'boolean' ? feature.values : [];
}

function widthOf(feature: Feature): number {
  if (feature.kind === 'categorical') return feature.levels.length + 1;
  return feature.kind === 'ordinal' ? feature.levels.length : 1;
}

/** NaN for a value that is not of the column's kind. */
function codeOf(
  feature: Feature,
  { places, dates }: { readonly places: ReadonlyMap<string, number>; readonly dates: DateWriter | undefined },
  cell: Cell,
): number {
  if (feature.kind === 'numeric') return applyTransform(feature.transform, numberOf(cell));
  if (dates && 'transform' in feature) return applyTransform(feature.transform, dates.read(String(cell)));
  const place = places.get(keyOf(cell));
  if (place !== undefined) return place;
  if (feature.kind === 'categorical') return feature.levels.length;
  // Below zero: it is none of the levels itself.
  return feature.kind === 'ordinal' ? -1 - nearestLevel(feature.levels, numberOf(cell)) : NaN;
}

/** Of levels that are numbers, the place of the nearest; NaN where either is no number. */
function nearestLevel(levels: readonly Cell[], value: number): number {
  let best = NaN;
  let least = Infinity;
  for (const [place, level] of levels.entries()) {
    const distance = Math.abs(numberOf(level) - value);
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

/** Draws one of the pooled categories for a row. */
function otherOf(feature: Feature, key: Key): (row: number) => Cell {
  const rare = feature.kind === 'categorical' ? feature.rare : undefined;
  const total = rare?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  if (!rare || total === 0) return () => otherCategory;
  const draw = new Float64Array(1);
  return (row) => {
    fillUniform(key, draw, row);
    let [left, place] = [draw[0]! * total, 0];
    while (place < rare.counts.length - 1 && (left -= rare.counts[place]!) >= 0) place++;
    return rare.levels[place] ?? otherCategory;
  };
}

/** How a column was written, where its cells do not say so themselves. */
function writtenForm(feature: Feature): WrittenForm | undefined {
  const [mark = ''] = feature.missing ?? [];
  const form = feature.kind === 'numeric' ? feature.form : undefined;
  if (mark === '' && !form) return undefined;
  const decimals = feature.kind === 'numeric' ? feature.decimals : undefined;
  return {
    ...(mark !== '' && { missing: mark }),
    ...(form && { numbers: form, ...(decimals !== undefined && { decimals }) }),
  };
}

function cellOf(feature: Feature, numbers: ArrayLike<number>, dates: DateWriter | undefined): Cell {
  const [first = 0] = Array.from(numbers);
  if (feature.kind === 'boolean') return feature.values[first > 0.5 ? 1 : 0];
  if (feature.kind === 'ordinal') return feature.levels[largest(numbers, feature.levels.length)] ?? null;
  if (feature.kind === 'categorical') {
    const { levels, pooled } = feature;
    return levels[largest(numbers, levels.length + (pooled > 0 ? 1 : 0))] ?? otherCategory;
  }
  const value = Math.min(
    feature.max,
    Math.max(feature.min, nearAtom(feature, undoTransform(feature.transform, first))),
  );
  if (feature.kind === 'datetime') return dates?.write(value) ?? null;
  if (feature.integer) return Math.round(value);
  return feature.decimals === undefined ? value : Number(value.toFixed(feature.decimals));
}

/** Reads and writes a column's dates as it has them. */
class DateWriter {
  readonly read: (text: string) => number;
  readonly #codec: DateCodec;
  readonly #state: Extract<Feature, { kind: 'datetime' }>;

  constructor(state: Extract<Feature, { kind: 'datetime' }>) {
    const { format, months, weekdays, dateOnly } = state;
    const names = { ...(months && { months }), ...(weekdays && { weekdays }) };
    // Runs of old wrote ISO 8601.
    this.#codec = new DateCodec({
      pattern: format ?? (dateOnly ? 'YYYY-MM-DD' : 'YYYY-MM-DDTHH:mm:ss.SSSZ'),
      ...names,
    });
    this.#state = state;
    this.read = format === undefined ? readIsoDate : dateReader(this.#codec.format, this.#codec);
  }

  /** A time in the unit that all training values keep, counted on the clock that they are written by. */
  write(time: number): Cell {
    const { unit, min, number } = this.#state;
    const shift = this.#codec.offset * 60_000;
    const kept = unit === undefined ? time : roundTo(time + shift, unit, min + shift) - shift;
    const text = this.#codec.write(kept);
    return number ? Number(text) : text;
  }
}

/** Encoded numbers are float32: what is nearer to a value that repeats in training (a zero) than they can tell, is that value. */
function nearAtom({ transform, marginal }: Extract<Feature, { transform: unknown }>, value: number): number {
  if (!marginal || transform.name !== 'standard') return value;
  const { mean, stddev } = transform;
  const tolerance = 2 ** -22 * (Math.abs(value - mean) + stddev) + 2 ** -50 * Math.abs(mean);
  return marginal.x.find((x, k) => x === marginal.x[k + 1] && Math.abs(x - value) < tolerance) ?? value;
}

/** Where the largest of the first `count` numbers stands. */
function largest(numbers: ArrayLike<number>, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}

/** Counts what was not provided for. */
export class Surprises {
  readonly #found = new Map<string, { column: string; what: Surprise['what']; count: number; example: string }>();

  add(column: string, what: Surprise['what'], cell: Cell | undefined): void {
    const known = this.#found.get(`${what} ${column}`);
    if (known) known.count++;
    else this.#found.set(`${what} ${column}`, { column, what, count: 1, example: String(cell ?? '').slice(0, 40) });
  }

  /** Adds those of another part of the same table. */
  merge(others: readonly Surprise[]): void {
    for (const surprise of others) {
      const known = this.#found.get(`${surprise.what} ${surprise.column}`);
      if (known) known.count += surprise.count;
      else this.#found.set(`${surprise.what} ${surprise.column}`, { ...surprise });
    }
  }

  list(): Surprise[] {
    return [...this.#found.values()];
  }
}
