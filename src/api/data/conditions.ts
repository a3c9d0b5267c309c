import { DataError, NdArray, ValueError } from '../../core/index.ts';
import { otherCategory } from '../../data/index.ts';
import type { DataConfig, Dataset, TableEncoder } from '../../data/index.ts';
import { tableOf } from '../../io/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { foldIn, uniform } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { choices, encoderOf, labelName } from './condition-config.ts';
import { meaning, valuesText } from './condition-words.ts';
import { distinctConditions, poolOf } from './condition-counts.ts';
import type { ConditionCounts, Pool } from './condition-counts.ts';
import { apportion, clausesOf } from './given-conditions.ts';
import type { GivenColumn, GivenShares } from './given-conditions.ts';

const names = { rows: 'data.conditions', counts: 'data.condition_counts' } as const;

/** Parts a run's tensors into what is kept of its conditions and the rest. @throws DataError as `Conditions.of` */
export function withoutConditions(
  tensors: ReadonlyMap<string, NdArray>,
  data: DataConfig,
): { readonly conditions: Conditions | undefined; readonly rest: ReadonlyMap<string, NdArray> } {
  const conditions = Conditions.of(data, Object.fromEntries(tensors));
  const own = Object.keys(conditions?.tensors() ?? {});
  return { conditions, rest: new Map([...tensors].filter(([name]) => !own.includes(name))) };
}

/** What says which class each example has. */
type LabelledExamples = Pick<Dataset, 'name' | 'labels' | 'classNames' | 'size'>;

/** Conditions of rows that are to be drawn: as the model takes them, and what they mean. */
export interface DrawnConditions {
  /** [count, size] */
  readonly rows: NdArray<'float32'>;
  /** A column for each name, a row for each of `rows`. */
  readonly table: Table;
}

/**
 * What a model is conditioned on: an example's class, or columns of its table. Knows what they may be, how they become numbers, and
 * which there were in training, how often.
 */
export class Conditions {
  /** Numbers of a condition. */
  readonly size: number;
  readonly names: readonly string[];
  /** Whether they are a part of each example, at the end of an encoded row of a table. */
  readonly areColumns: boolean;
  readonly #encoder: TableEncoder;
  /** Distinct ones of training, [n, size], and how many examples have each. */
  readonly #rows: NdArray<'float32'>;
  readonly #counts: NdArray<'float64'>;
  readonly #infers: boolean;

  private constructor(
    encoder: TableEncoder,
    { areColumns, rows, counts }: { areColumns: boolean; rows: NdArray<'float32'>; counts: NdArray<'float64'> },
    infers = false,
  ) {
    this.#encoder = encoder;
    this.areColumns = areColumns;
    this.size = encoder.width;
    this.names = encoder.blocks.map(({ column }) => column);
    this.#rows = rows;
    this.#counts = counts;
    this.#infers = infers;
  }

  /** The same of a model that infers what is missing: a missing one is never drawn, and not given. */
  inferred(): Conditions {
    return new Conditions(this.#encoder, { areColumns: this.areColumns, rows: this.#rows, counts: this.#counts }, true);
  }

  /** Those of a configuration, as its training examples have them; undefined where its model has no condition. */
  static fit(data: DataConfig, training: Dataset): Conditions | undefined {
    const encoder = encoderOf(data);
    if (!encoder) return undefined;
    if (data.condition) return Conditions.#ofClasses(encoder, data.condition);
    return new Conditions(encoder, { areColumns: true, ...distinctConditions(training, encoder.width) });
  }

  /** Those that a run keeps. @throws DataError where its configuration speaks of them and they are not there */
  static of(data: DataConfig, tensors: Readonly<Record<string, NdArray>>): Conditions | undefined {
    const encoder = encoderOf(data);
    if (!encoder) return undefined;
    if (data.condition) return Conditions.#ofClasses(encoder, data.condition);
    const { [names.rows]: rows, [names.counts]: counts } = tensors;
    const [count = 0, width] = rows?.shape ?? [];
    if (!rows || !counts || width !== encoder.width || count < 1 || counts.size !== count) {
      throw new DataError(
        `the model has a condition, which needs '${names.rows}' [n, ${encoder.width}] and '${names.counts}' [n].`,
      );
    }
    return new Conditions(encoder, {
      areColumns: true,
      rows: NdArray.from(rows, 'float32'),
      counts: NdArray.from(counts, 'float64'),
    });
  }

  static #ofClasses(encoder: TableEncoder, { counts }: NonNullable<DataConfig['condition']>): Conditions {
    const rows = NdArray.zeros([counts.length, counts.length], 'float32');
    counts.forEach((_, k) => (rows.data[k * (counts.length + 1)] = 1));
    return new Conditions(encoder, { areColumns: false, rows, counts: NdArray.from([...counts], 'float64') });
  }

  /** Of a condition that is one choice: what it chooses from, in the order of its numbers. */
  get classes(): readonly Cell[] {
    const [column] = this.#encoder.state.columns;
    const [block] = this.#encoder.blocks;
    const levels = column && 'levels' in column ? column.levels : [];
    return Array.from({ length: choices(column, block) }, (_, k) => levels[k] ?? otherCategory);
  }

  /** The tensors by which a run keeps what its configuration does not say. */
  tensors(): Record<string, NdArray> {
    return this.areColumns ? { [names.rows]: this.#rows, [names.counts]: this.#counts } : {};
  }

  /** Each name with what it may be: `colour (red, green or blue)`. */
  describe(): string {
    return this.names.map((name) => `${name} (${this.#values(name)})`).join(', ');
  }

  /** One that training had: the commonest. */
  example(): Readonly<Record<string, Cell>> {
    const { data } = this.#drawn().counts;
    const most = data.indexOf(Math.max(...data));
    const row = NdArray.zeros([1, this.size], 'float32');
    row.data.set(this.#rows.data.subarray(most * this.size, (most + 1) * this.size));
    return Object.fromEntries(this.names.map((name) => [name, this.#read(name, row)]));
  }

  /** What to do where nobody says which: `say which with 'given' (--given), such as label=3`. */
  asking(): string {
    const each = Object.entries(this.example()).map(([name, value]) => `${name}=${String(value ?? '')}`);
    return `say which with 'given' (--given), such as ${each.join(',')}`;
  }

  /** What its numbers are, name by name, for whoever makes them without this library. */
  layout(): readonly string[] {
    const { columns } = this.#encoder.state;
    return this.#encoder.blocks.map(({ column: name, kind, offset, width, missing }) => {
      const state = columns.find((column) => column.name === name);
      const at = width === 1 ? `number ${offset}` : `numbers ${offset} to ${offset + width - 1}`;
      const flag = missing === undefined ? '' : `; number ${missing} is 1, and the others 0, where it is missing`;
      return `${at}: ${name}, ${meaning(state, kind)}${flag}`;
    });
  }

  /**
   * Conditions for `count` rows that are to be drawn: those given, and the rest as often as in training, where possible among the
   * rows that have what is given.
   *
   * @throws ValueError for a name or a value that the model was not trained with
   */
  draw(count: number, options: { readonly given?: GivenShares | undefined; readonly key: Key }): DrawnConditions {
    const given = options.given === undefined ? [] : this.#parse(options.given);
    const rows = NdArray.zeros([count, this.size], 'float32');
    const chosen = given.map((column, k) => apportion(column, count, foldIn(options.key, k + 1)));
    const uniforms = uniform(foldIn(options.key, 0), [count], { dtype: 'float64' }).data;
    const pools = new Map<string, Pool>();
    const known = this.#drawn();
    for (let row = 0; row < count; row++) {
      const places = chosen.map((values) => values[row] ?? 0);
      const name = places.join();
      let pool = pools.get(name);
      if (!pool) {
        const wanted = given.map((column, k) => ({ column, place: places[k] ?? 0 }));
        pools.set(name, (pool = poolOf(known, wanted)));
      }
      const from = pool.rows[pool.placeOf(uniforms[row] ?? 0)] ?? 0;
      rows.data.set(this.#rows.data.subarray(from * this.size, (from + 1) * this.size), row * this.size);
      given.forEach(({ offset, values }, k) => {
        rows.data.set(values[places[k] ?? 0]?.numbers ?? [], row * this.size + offset);
      });
    }
    const decoded = this.#encoder.decode(rows);
    const columns = decoded.columns.map((column, at) => {
      const k = given.findIndex(({ name }) => name === this.names[at]);
      // What was given is written as it was, and not as float32 rounds it.
      const own = chosen[k];
      if (!own) return column;
      return { ...column, values: Array.from(own, (place) => given[k]?.values[place]?.cell ?? null) };
    });
    return { rows, table: tableOf(columns) };
  }

  /** Conditions of examples, the same for all or one for each: [count, size]. */
  rowsOf(given: GivenRows, count: number): NdArray<'float32'> {
    const lists = Object.entries(typeof given === 'string' ? singles(given) : given);
    const missing = this.names.filter((name) => !lists.some(([each]) => each === name));
    const stray = lists.find(([name]) => !this.names.includes(name));
    if (stray) throw this.#unknown(stray[0]);
    if (missing.length > 0) {
      throw new ValueError(`given: the condition of each example is needed, and ${missing.join(', ')} is missing.`);
    }
    const rows = NdArray.zeros([count, this.size], 'float32');
    for (const [name, value] of lists) {
      const cells: readonly Cell[] = Array.isArray(value) ? (value as readonly Cell[]) : [value as Cell];
      if (cells.length !== 1 && cells.length !== count) {
        throw new ValueError(`given: ${count} examples need one '${name}' or ${count} of them, got ${cells.length}.`);
      }
      const known = new Map<Cell, Float32Array>();
      const { offset } = this.#block(name);
      for (let row = 0; row < count; row++) {
        const cell = cells[cells.length === 1 ? 0 : row] ?? null;
        let numbers = known.get(cell);
        if (!numbers) known.set(cell, (numbers = this.#numbersOf(name, cell)));
        rows.data.set(numbers, row * this.size + offset);
      }
    }
    return rows;
  }

  /** Of a data set's examples, where they are classes: which each has, as a place in the condition. @throws ValueError */
  placesOf({ name, labels, classNames, size }: LabelledExamples): Uint32Array {
    if (!labels) {
      throw new ValueError(
        `${name}: the model is one of examples given their label, and these have none: ${this.asking()}.`,
      );
    }
    const { levels } = this.#encoder.state.columns[0] as { levels: readonly Cell[] };
    const places = new Map(levels.map((level, place) => [String(level), place]));
    return Uint32Array.from({ length: size }, (_, index) => {
      const label = labels[index] ?? 0;
      const own = classNames?.[label] ?? String(label);
      const place = places.get(own);
      if (place !== undefined) return place;
      throw new ValueError(
        `${name}: example ${index} has the label '${own}', which the model was not trained with: ${this.describe()}.`,
      );
    });
  }

  /** The conditions of a data set's examples, where they are classes, [n, size]. */
  rowsIn(dataset: LabelledExamples): NdArray<'float32'> {
    const places = this.placesOf(dataset);
    const rows = NdArray.zeros([places.length, this.size], 'float32');
    places.forEach((place, row) => (rows.data[row * this.size + place] = 1));
    return rows;
  }

  /** Examples whose condition is their class, with the classes that are given. @throws ValueError as `rowsOf` */
  labelled(dataset: Dataset, given: GivenRows): Dataset {
    const { data } = this.rowsOf(given, dataset.size);
    const { levels } = this.#encoder.state.columns[0] as { levels: readonly Cell[] };
    const labels = new Uint32Array(dataset.size);
    data.forEach((value, at) => {
      if (value === 1) labels[Math.floor(at / this.size)] = at % this.size;
    });
    return { ...dataset, labels, classNames: levels.map(String) };
  }

  /**
   * Examples with their conditions behind them, as the model takes them; those of a table have them already.
   *
   * @param kept which of them have their class, by ones; the others have zeros. Default: all
   */
  beside(examples: Examples, dataset: Dataset, kept?: Uint8Array): Examples {
    if (this.areColumns) return examples;
    const places = this.placesOf(dataset);
    return this.withRows(examples, (index, out, at) => {
      if (kept?.[index] !== 0) out[at + (places[index] ?? 0)] = 1;
    });
  }

  /** Of a condition that is one choice among several: how many training examples have each. @throws ValueError for any other */
  classCounts(): { readonly counts: readonly number[]; readonly share: number } {
    const [block, ...others] = this.#encoder.blocks;
    if (!block || others.length > 0 || (block.kind !== 'categorical' && block.kind !== 'ordinal')) {
      const remedy = `a schema such as {"${this.names[0] ?? ''}":"categorical"} makes one of a column`;
      throw new ValueError(
        `train: the objective infers one label, and the condition is ${this.describe()}: give it one column of categories; ${remedy}.`,
      );
    }
    const counts = Array.from({ length: choices(this.#encoder.state.columns[0], block) }, () => 0);
    let all = 0;
    this.#counts.data.forEach((count, row) => {
      all += count;
      for (let k = 0; k < counts.length; k++) {
        counts[k] = (counts[k] ?? 0) + count * (this.#rows.data[row * this.size + block.offset + k] ?? 0);
      }
    });
    return { counts, share: counts.reduce((sum, count) => sum + count, 0) / all };
  }

  /** @param write the condition of an example into zeros of `out` at `at` */
  withRows(examples: Examples, write: (index: number, out: Float32Array, at: number) => void): Examples {
    const { size } = this;
    const width = examples.exampleSize;
    let room = new Float32Array(0);
    return {
      ...examples,
      exampleSize: width + size,
      read: (indices, out, from) => {
        if (room.length < indices.length * width) room = new Float32Array(indices.length * width);
        const x = room.subarray(0, indices.length * width);
        examples.read(indices, x, from);
        for (let row = 0; row < indices.length; row++) {
          const at = row * (width + size);
          out.set(x.subarray(row * width, (row + 1) * width), at);
          out.fill(0, at + width, at + width + size);
          write(indices[row] ?? 0, out, at + width);
        }
      },
    };
  }

  /** Conditions to draw from: of a model that infers what is missing, none that is. */
  #drawn(): ConditionCounts {
    const { data } = this.#rows;
    const flags = this.#infers ? this.#encoder.blocks.flatMap(({ missing }) => missing ?? []) : [];
    const counts = Array.from(this.#counts.data, (count, row) =>
      flags.some((flag) => data[row * this.size + flag] === 1) ? 0 : count,
    );
    const hasAny = counts.some((count) => count > 0);
    return { rows: this.#rows, counts: hasAny ? NdArray.from(counts, 'float64') : this.#counts };
  }

  #parse(given: GivenShares): GivenColumn[] {
    return Object.entries(given).map(([name, what]) => {
      if (!this.names.includes(name)) throw this.#unknown(name);
      const { offset } = this.#block(name);
      const entries = this.#sharesOf(name, what);
      return {
        name,
        offset,
        values: entries.map(([cell]) => ({ cell: this.#cellOf(name, cell), numbers: this.#numbersOf(name, cell) })),
        shares: entries.map(([, share]) => share),
      };
    });
  }

  /** The values of a name with the share of each. */
  #sharesOf(name: string, what: GivenShares[string]): readonly (readonly [Cell, number])[] {
    if (typeof what === 'object' && what !== null) {
      const shares: readonly (readonly [string, unknown])[] = Object.entries(what);
      const total = shares.reduce((sum, [, share]) => sum + Number(share), 0);
      if (!(total > 0) || shares.some(([, share]) => typeof share !== 'number' || !(share >= 0 && share < Infinity))) {
        throw new ValueError(`given: the shares of '${name}' must be numbers of at least 0, and not all 0.`);
      }
      return shares.map(([cell, share]) => [cell, Number(share) / total] as const);
    }
    return [[what, 1]];
  }

  #block(name: string) {
    const block = this.#encoder.blocks.find(({ column }) => column === name);
    if (!block) throw this.#unknown(name);
    return { ...block, end: block.offset + block.width + (block.missing === undefined ? 0 : 1) };
  }

  /** A value as the model takes it. @throws ValueError for one that it was not trained with */
  #numbersOf(name: string, cell: Cell): Float32Array {
    const { offset, end } = this.#block(name);
    const table = tableOf(this.names.map((each) => ({ name: each, values: [each === name ? cell : null] })));
    const { codes, surprises } = this.#encoder.encode(table);
    const row = NdArray.zeros([1, this.size], 'float32');
    this.#encoder.writeRow(codes, 0, row.data, 0);
    const back = this.#read(name, row);
    const isOdd = surprises.some(({ column }) => column === name) || (this.#infers && (cell === null || cell === ''));
    if (isOdd || !isSame(cell, back, this.#spread(name)) || !this.#occurs(name, row)) {
      throw new ValueError(`given: '${name}' is ${this.#values(name)} in training; got ${JSON.stringify(cell)}.`);
    }
    return row.data.slice(offset, end);
  }

  /** As it is written: a category by its own name, a number as it was given. */
  #cellOf(name: string, cell: Cell): Cell {
    const state = this.#encoder.state.columns.find((column) => column.name === name);
    if (state?.kind === 'numeric') return cell === null || cell === '' ? null : Number(cell);
    const row = NdArray.zeros([1, this.size], 'float32');
    const { offset } = this.#block(name);
    row.data.set(this.#numbersOf(name, cell), offset);
    return this.#read(name, row);
  }

  /** What a name is in a condition. */
  #read(name: string, row: NdArray<'float32'>): Cell {
    return this.#encoder.decode(row).columns.find((column) => column.name === name)?.values[0] ?? null;
  }

  /** Of a class: whether any training example has it. */
  #occurs(name: string, row: NdArray<'float32'>): boolean {
    if (this.areColumns) return true;
    const place = row.data.indexOf(1);
    return name === labelName && (this.#counts.data[place] ?? 0) > 0;
  }

  #spread(name: string): number {
    const state = this.#encoder.state.columns.find((column) => column.name === name);
    return state && 'min' in state ? state.max - state.min : 0;
  }

  /** What a name may be, in words. */
  #values(name: string): string {
    const state = this.#encoder.state.columns.find((column) => column.name === name);
    const isTaken = (place: number): boolean => this.areColumns || (this.#counts.data[place] ?? 0) > 0;
    if (!state) return 'unknown';
    const hasGaps = !this.#infers && 'nullable' in state && state.nullable && this.#block(name).missing !== undefined;
    return `${valuesText(state, isTaken)}${hasGaps ? `, or missing ('${name}=')` : ''}`;
  }

  #unknown(name: string): ValueError {
    return new ValueError(`given: the model has no condition '${name}'; it has ${this.describe()}.`);
  }
}

/** The same condition for all examples, or one for each, by name. */
export type GivenRows = string | Readonly<Record<string, Cell | readonly Cell[]>>;

/** Float32 keeps seven digits of a number within its column's range. */
function isSame(given: Cell, back: Cell, spread: number): boolean {
  if (given === null || given === '') return back === null;
  if (typeof back !== 'number') return String(given).trim() === String(back).trim();
  return Math.abs(Number(given) - back) <= 1e-6 * (spread + Math.abs(back));
}

function singles(given: string): Readonly<Record<string, Cell>> {
  const clauses = clausesOf(given);
  const odd = clauses.find(({ operator, share }) => operator !== '=' || share !== undefined);
  if (odd) throw new ValueError(`given: an example has one '${odd.name}': say ${odd.name}=VALUE.`);
  return Object.fromEntries(clauses.map(({ name, value }) => [name, value]));
}

/** A table whose columns that another has too are as that one has them. */
export function withColumnsOf(table: Table, other: Table | undefined): Table {
  if (!other) return table;
  const columns = table.columns.map((column) => {
    const own = other.columns.find(({ name }) => name === column.name);
    return own ? { ...column, values: own.values } : column;
  });
  return { ...table, ...tableOf(columns) };
}
