import { DataError, ValueError } from '../../core/index.ts';
import type { Cell, CsvOptions, JsonValue, Table } from '../../io/index.ts';
import type { DataConfig } from '../config.ts';
import type { TableState } from './table-state.ts';
import { checkGather } from '../dataset.ts';
import type { Dataset, RowFacts } from '../dataset.ts';
import type { DatasetOptions, DatasetSplits } from '../source.ts';
import { checkNumber, checkOptions } from '../source.ts';
import { splitNamed, splitNames } from '../split-names.ts';
import type { SplitName } from '../split-names.ts';
import { chooseTest, defaultTestFraction } from '../split.ts';
import { keyOf } from './cells.ts';
import { withCondition } from './condition-columns.ts';
import { describeLayout, describeNames, describeReading, describeSurprise, describeTable } from './describe-table.ts';
import { TableEncoder } from './encoder.ts';
import type { EncodedTable } from './encoder.ts';
import { isFeature, levelsByName } from './fit-table.ts';
import { inferSchema } from './column-kinds.ts';
import type { ColumnSchema, SchemaOverrides } from './column-kinds.ts';
import { withLabelModel } from './label-model.ts';
import { namesLike } from './names-like.ts';
import { checkReadingOptions } from './column-reading.ts';
import { TypedTable } from './typed-table.ts';
import type { TypedColumn, TypingOptions } from './typed-table.ts';

export interface TableOptions extends DatasetOptions {
  readonly schema?: SchemaOverrides;
}

/** Where a table is from, and what it is for: `ResolveContext`. */
export interface TableSource {
  readonly source: string;
  readonly like?: DataConfig | undefined;
  readonly trainsOn?: boolean | undefined;
  /** Columns that are given and not modelled; those of `like`, where there is one. */
  readonly condition?: readonly string[] | undefined;
}

/**
 * A table as training and test examples. Its columns are what they seem to be, unless `options.schema` says otherwise; the
 * rows belong to the splits that a column `split` says, or a share of them is held out at random; the encoder is fitted on
 * the training rows alone, or is that of `like`, a trained model's data.
 *
 * @throws DataError naming columns that cannot be encoded; ValueError for options that make no sense
 */
export function tableSplits(table: Table, options: TableOptions & TableSource): DatasetSplits {
  const { source } = options;
  const everyRow = Uint32Array.from({ length: table.rowCount }, (_, row) => row);
  const plan = planTable({ sample: table, numbers: everyRow, rowCount: table.rowCount }, options);
  const { encoder, notes, sample: typed } = plan;
  const rows = plan.rowsAtRandom ?? rowsOfSplits(splitsIn(typed, plan.splitColumn ?? '', source));
  return joinSplits(plan, rows, (split, indices) => {
    const name = split === 'train' ? source : `${source} (${split})`;
    const part = indices.length < typed.rowCount && { numbers: indices };
    return tableDataset(typed.select(indices), { name, encoder, notes, ...part });
  });
}

/** Rows of a table, in order, with their numbers in it: all of them, or a random sample. */
export interface TableSample {
  readonly sample: Table;
  readonly numbers: Uint32Array;
  /** Of the whole table. */
  readonly rowCount: number;
}

/** What becomes of a table's rows. */
export interface TablePlan {
  readonly source: string;
  /** The rows that it was made from. */
  readonly sample: TypedTable;
  readonly encoder: TableEncoder;
  /** The column that says each row's split; absent when rows are held out at random. */
  readonly splitColumn: string | undefined;
  readonly rowsAtRandom: SplitRows | undefined;
  /** Whether the encoder was fitted to these rows: a model's own data are not explained again. */
  readonly isFitted: boolean;
  readonly options: Readonly<Record<string, JsonValue>>;
  /** For people; what is found later is added. */
  readonly notes: string[];
}

export type SplitRows = Readonly<Partial<Record<SplitName, Uint32Array>>>;

/** The plan of `tableSplits`, from a sample of the rows. */
export function planTable(
  { sample: table, numbers, rowCount }: TableSample,
  options: TableOptions & TableSource,
): TablePlan {
  const { source, like, trainsOn, condition, ...rest } = options;
  const given = checkOptions(source, rest, [...tableOptions, ...(table.dialect ? csvOptions : [])]);
  if (rowCount === 0) throw new DataError(`${source}: holds no rows.`);
  const state = like?.table;
  const sample = TypedTable.of(table, { ...typingOptions(rest), like: state });
  const schema = state ? schemaOf(state) : withCondition(inferSchema(sample, rest.schema), condition ?? [], source);
  const splitColumn = schema.find(({ name, kind }) => kind === 'split' && hasColumn(sample, name))?.name;
  if (splitColumn !== undefined && (given.testFraction !== undefined || given.seed !== undefined)) {
    throw new ValueError(`${source}: a column makes the splits; leave out testFraction and seed.`);
  }
  const seed = checkNumber(`${source}: seed`, given.seed ?? 0, { least: 0, below: 2 ** 53, whole: true });
  const testFraction = given.testFraction ?? (like && !trainsOn ? 0 : defaultTestFraction);
  const rowsAtRandom = splitColumn === undefined ? chooseRows(rowCount, { testFraction, seed }) : undefined;
  const training = rowsAtRandom
    ? placesOf(numbers, rowsAtRandom.train ?? numbers)
    : rowsOfSplits(splitsIn(sample, splitColumn ?? '', source)).train;
  if (!training || training.length === 0) throw new DataError(`${source}: no row is for training.`);
  const encoder = state
    ? new TableEncoder(state)
    : fitEncoder(sample.select(training), withClasses(schema, sample), condition);
  return {
    source,
    sample,
    encoder,
    splitColumn,
    rowsAtRandom,
    isFitted: !state,
    options: {
      ...(rowsAtRandom && { seed, testFraction }),
      ...kept(given),
    },
    notes: state ? describeLayout(sample) : [...describeReading(sample), ...describeTable(encoder.state, schema)],
  };
}

/** What a table takes, and what one in text takes besides: how its file is laid out. */
const tableOptions = ['seed', 'testFraction', 'schema', 'decimal', 'thousands', 'missing', 'strict'] as const;
const csvOptions = ['header', 'delimiter', 'comment', 'skip', 'encoding', 'ragged'] as const;

/** How the file is laid out, of what was said. */
export function csvPart(options: DatasetOptions): CsvOptions {
  return Object.fromEntries(csvOptions.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** How a trained model's file was said to be laid out, and the columns that it needs of another. */
export function layoutOf(like: DataConfig | undefined): {
  readonly hints: CsvOptions;
  readonly expected: readonly string[];
} {
  const expected = like?.table?.columns.filter(({ kind }) => isFeature(kind)).map(({ name }) => name) ?? [];
  return { hints: csvPart(like?.options ?? {}), expected };
}

/**
 * A table for a trained model, or for none: laid out as the model's own was said to be, where that gives its columns; else as the
 * file itself shows.
 */
export async function readLike(
  read: (options: CsvOptions) => Promise<Table>,
  given: CsvOptions,
  like: DataConfig | undefined,
): Promise<Table> {
  const { hints, expected } = layoutOf(like);
  if (Object.keys(hints).length === 0) return read({ ...given, expected });
  try {
    const table = await read({ ...hints, ...given, expected });
    const meant = new Set(namesLike(table, expected).values());
    if (expected.every((name) => hasColumn(table, name) || meant.has(name))) return table;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return read({ ...given, expected });
}

/** What was said of how the table is read, for `config.json`. */
function kept(given: DatasetOptions): Readonly<Record<string, JsonValue>> {
  const reading = Object.entries(given).filter(([name]) => name !== 'seed' && name !== 'testFraction');
  return JSON.parse(JSON.stringify(Object.fromEntries(reading))) as Record<string, JsonValue>;
}

/** @throws ValueError for what makes no sense */
function typingOptions({ decimal, thousands, missing, strict, schema = {} }: TableOptions): TypingOptions {
  const columns = Object.entries(schema).map(([name, override]) => {
    const own = typeof override === 'string' ? { kind: override } : override;
    checkReadingOptions(`schema: '${name}'`, own);
    return [name, own] as const;
  });
  const all = {
    ...(decimal !== undefined && { decimal }),
    ...(thousands !== undefined && { thousands }),
    ...(missing !== undefined && {
      missing: typeof missing === 'object' ? missing : [missing],
    }),
  };
  checkReadingOptions('options', all);
  return { ...all, ...(strict !== undefined && { strict }), columns: Object.fromEntries(columns) };
}

function fitEncoder(
  rows: TypedTable,
  schema: readonly ColumnSchema[],
  condition: readonly string[] | undefined,
): TableEncoder {
  return withLabelModel(TableEncoder.fit(rows, schema, { condition }), rows);
}

/** Classes are known from all rows: one that is only in the test split (anomalies) is a class too. */
function withClasses(schema: readonly ColumnSchema[], table: TypedTable): readonly ColumnSchema[] {
  return schema.map((column, index) => {
    const typed = table.columns[index];
    return column.kind !== 'label' || column.levels || !typed ? column : { ...column, levels: levelsByName(typed) };
  });
}

/** The data sets of the splits, with what is to be said and kept of them. */
export function joinSplits(
  plan: TablePlan,
  rows: SplitRows,
  make: (split: SplitName, indices: Uint32Array) => Dataset,
): DatasetSplits {
  const { source, options, notes } = plan;
  const total = Object.values(rows).reduce((sum, { length }) => sum + length, 0);
  const part = (split: SplitName): Dataset | undefined => {
    const indices = rows[split];
    if (!indices || indices.length === 0) return undefined;
    const dataset = make(split, indices);
    return indices.length === total
      ? dataset
      : { ...dataset, names: { kind: 'index', at: (index) => indices[index]! } };
  };
  const [train, validation, test] = [part('train'), part('validation'), part('test')];
  if (!train) throw new DataError(`${source}: no row is for training.`);
  if (test && plan.rowsAtRandom && plan.isFitted) {
    notes.push(`${test.size} of ${train.size + test.size} rows are held out as the test split.`);
  }
  return { source, train, ...(validation && { validation }), ...(test && { test }), options, notes };
}

/** The rows of a table, encoded as `encoder` says; what it did not expect is added to `notes`. */
export function tableDataset(
  table: Table,
  options: {
    readonly name: string;
    readonly encoder: TableEncoder;
    readonly notes?: string[];
    /** The rows' places in a larger table. */
    readonly numbers?: Uint32Array;
  },
): Dataset {
  const { name, encoder, notes, numbers } = options;
  const typed = TypedTable.of(table, { like: encoder.state });
  const encoded = encoder.encode(typed);
  if (typed !== table) notes?.push(...describeNames(typed));
  notes?.push(...encoded.surprises.map((surprise) => `${name}: ${describeSurprise(surprise)}`));
  const labels = labelsOf(typed, encoder.state);
  return {
    name,
    kind: 'table',
    support: 'table',
    size: encoded.rowCount,
    sampleShape: [encoder.width],
    table: encoder,
    rows: rowFacts(typed, encoder.state, encoded.unseen),
    ...(numbers && { names: { kind: 'index', at: (index) => numbers[index]! } }),
    ...labels,
    gather(indices, out) {
      checkGather(this, indices, out);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        if (index >= encoded.rowCount) {
          throw new ValueError(`${name}: example ${index} does not exist, there are ${encoded.rowCount}.`);
        }
        encoder.writeRow(encoded.codes, index * encoder.blocks.length, out, i * encoder.width);
      }
    },
  };
}

/**
 * What a value costs that training never had, in nats. One that none of n training rows had is as probable as one in n + 1 (Laplace's rule of
 * succession, for the one value that is new): it adds log (n + 1) nats to the score, beside what the model makes of it.
 */
export function unseenNats({ rows }: TableState): number {
  return rows === undefined ? 0 : Math.log(rows + 1);
}

function rowFacts(table: TypedTable, state: TableState, unseen: EncodedTable['unseen']): RowFacts {
  const nats = unseenNats(state);
  const ids = state.columns.flatMap(({ kind, name }) => (kind === 'id' && table.column(name) ? [name] : []));
  return {
    ids,
    id: (index, name) => table.column(name)?.column.cell(index) ?? null,
    // Of what is given no probability is asked.
    unseen: (index) =>
      [...unseen].flatMap(([column, marks]) =>
        marks[index] === 1 && !state.condition?.includes(column) ? [{ column, nats }] : [],
      ),
  };
}

/** Class numbers from the label column, when every row has a label; labels that training had not come after its own. */
function labelsOf(table: Table, state: TableState): Pick<Dataset, 'labels' | 'classNames'> {
  const label = state.columns.find((column) => column.kind === 'label');
  const column = label && TypedTable.of(table).column(label.name);
  if (!label || !column || column.present < column.length) return {};
  const known = new Set(label.levels.map(keyOf));
  const levels = [...label.levels, ...levelsByName(column).filter((level) => !known.has(keyOf(level)))];
  return { labels: Uint32Array.from(codesOf(column, levels)), classNames: levels.map(String) };
}

/** Each row's class number, NaN where it has none that training knew; `undefined` without a label column. */
export function labelCodes(table: Table, state: TableState): Float64Array | undefined {
  const label = state.columns.find((column) => column.kind === 'label');
  const column = label && TypedTable.of(table).column(label.name);
  return label && column && codesOf(column, label.levels);
}

function codesOf(column: TypedColumn, levels: readonly NonNullable<Cell>[]): Float64Array {
  const places = new Map(levels.map((level, place) => [keyOf(level), place]));
  return column.read((cell) => places.get(keyOf(cell)) ?? NaN);
}

/** The kinds of columns that a fitted encoder has. */
function schemaOf({ columns }: TableState): readonly ColumnSchema[] {
  return columns.map(({ name, kind }) => ({ name, kind }));
}

function hasColumn(table: Table, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** Each row's split. @throws DataError for a value that names none */
export function splitsIn(table: Table, column: string, source: string): SplitName[] {
  const typed = TypedTable.of(table).column(column);
  const places = typed?.column.numbers((cell) => {
    const split = splitNamed(String(cell));
    if (split) return splitNames.indexOf(split);
    throw new DataError(`${source}: column '${column}' says '${String(cell)}': expected train, validation or test.`);
  });
  return Array.from(places ?? [], (place) => splitNames[place]!);
}

/** The rows of each split. */
function rowsOfSplits(splits: readonly SplitName[]): SplitRows {
  const rowsOf = (split: SplitName): Uint32Array =>
    Uint32Array.from(splits.flatMap((value, row) => (value === split ? [row] : [])));
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

function chooseRows(rowCount: number, options: { readonly testFraction: number; readonly seed: number }): SplitRows {
  const held = chooseTest(rowCount, { fraction: options.testFraction, seed: options.seed });
  if (held) return { train: held.rest, test: held.chosen };
  return { train: Uint32Array.from({ length: rowCount }, (_, row) => row) };
}

/** The places in `numbers` of those that are also in `chosen`; both rise. */
function placesOf(numbers: Uint32Array, chosen: Uint32Array): Uint32Array {
  const places: number[] = [];
  let at = 0;
  for (const [place, number] of numbers.entries()) {
    while (at < chosen.length && chosen[at]! < number) at++;
    if (chosen[at] === number) places.push(place);
  }
  return Uint32Array.from(places);
}
