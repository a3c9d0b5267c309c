import { DataError, ValueError } from '../../core/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import type { ColumnState, TableState } from './table-state.ts';
import { keyOf, noAndYes, numberOf } from './cells.ts';
import { datesIn } from './date-columns.ts';
import { DateCodec, checkDatePattern, commonUnit, dateReader, formatFor, hasClock } from './dates/index.ts';
import type { DateFormat } from './dates/index.ts';
import type { ColumnSchema } from './column-kinds.ts';
import { fitQuantile, fitStandard, fitTransform } from './transforms.ts';
import { TypedTable } from './typed-table.ts';
import type { Level, TypedColumn } from './typed-table.ts';

/** Categories that are kept apart; rarer ones count as "other". */
const mostLevels = 64;
/** Evenly spaced quantiles that are kept of a standardised column. */
const marginalKnots = 33;
/** Digits after the point that are kept; more are rounding. */
const mostDecimals = 12;

/**
 * What the columns' values need to become numbers and to be read back, from the training rows alone.
 *
 * @throws DataError naming the column whose values are not of its kind, or when no column is left to model
 */
export function fitTable(
  table: Table,
  schema: readonly ColumnSchema[],
  { condition = [] }: { readonly condition?: readonly string[] | undefined } = {},
): TableState {
  const typed = TypedTable.of(table, { columns: Object.fromEntries(schema.map((column) => [column.name, column])) });
  const columns = schema.map((column, index): ColumnState => {
    const data = typed.columns[index];
    if (data?.name !== column.name)
      throw new ValueError(`fitTable: the schema's column '${column.name}' is not there.`);
    return fitColumn(data, column);
  });
  if (!columns.some(({ kind }) => isFeature(kind))) {
    throw new DataError(
      `table: no column is left to model: ${columns.map(({ name, kind }) => `${name} (${kind})`).join(', ')}.`,
    );
  }
  const delimiter = typed.dialect?.delimiter ?? ',';
  return {
    columns,
    rows: table.rowCount,
    ...(condition.length > 0 && { condition: [...condition] }),
    ...(delimiter !== ',' && { delimiter }),
  };
}

/** Kinds of columns that a model sees. */
export function isFeature(kind: ColumnState['kind']): boolean {
  return ['numeric', 'datetime', 'boolean', 'categorical', 'ordinal'].includes(kind);
}

function fitColumn(column: TypedColumn, schema: ColumnSchema): ColumnState {
  const { name, present } = column;
  const { kind } = schema;
  const nullable = schema.nullable ?? present < column.length;
  const missing = column.reading.marks.map(({ mark }) => mark);
  if (kind === 'id' || kind === 'split' || kind === 'ignored') return { kind, name };
  if (kind === 'constant') return { kind, name, value: column.levels()?.[0]?.cell ?? null };
  if (present === 0 && kind !== 'label')
    throw new DataError(`table: column '${name}' holds no value, so it cannot be ${kind}.`);
  if (kind === 'label')
    return { kind, name, levels: schema.levels?.filter((level) => level !== null) ?? levelsByName(column) };
  if (kind === 'categorical') return { kind, name, nullable, missing, ...categories(column, schema) };
  if (kind === 'ordinal') return { kind, name, nullable, missing, levels: orderedLevels(column, schema) };
  if (kind === 'boolean') return { kind, name, nullable, missing, values: noYes(column) };
  return kind === 'datetime' ? fitDates(column, schema, nullable) : fitNumeric(column, schema, nullable);
}

function fitNumeric(column: TypedColumn, schema: ColumnSchema, nullable: boolean): ColumnState {
  const numbers =
    column.numbers ??
    column.read((cell) => {
      throw new DataError(
        `table: column '${column.name}' is numeric, but holds ${JSON.stringify(cell)}: expected a number.`,
      );
    });
  const known = numbers.filter((value) => !Number.isNaN(value));
  const decimals = column.decimals(mostDecimals);
  const { form } = column.reading;
  const isPlain = !form || (Object.keys(form).length === 1 && (form.decimal === '.' || decimals === 0));
  return {
    kind: 'numeric',
    ...fitMeasure(column, known, { ...schema, nullable }),
    integer: known.every(Number.isInteger),
    ...(decimals !== undefined && { decimals }),
    ...(!isPlain && { form }),
  };
}

/** Dates that are not of the format are missing where it was found out, and refused where it was given. */
function fitDates(column: TypedColumn, schema: ColumnSchema, nullable: boolean): ColumnState {
  const { name } = column;
  const given = schema.format === undefined ? undefined : checkDatePattern(name, schema.format);
  const texts = (): string[] => (column.levels() ?? []).map(({ cell }) => String(cell));
  const found = (): DateFormat => (schema.dates ?? datesIn(column))?.format ?? { pattern: 'YYYY-MM-DD' };
  const format = given === undefined ? found() : formatFor(given, texts());
  const read = dateReader(format);
  const times = column.read((cell) => {
    const time = read(String(cell));
    if (!Number.isNaN(time) || schema.dates) return time;
    const expected = given === undefined ? 'in a pattern that most others have too' : `as ${given}`;
    throw new DataError(
      `table: column '${name}' is datetime, but holds ${JSON.stringify(cell)}: expected a date ${expected}. ` +
        `Say how with {"${name}":{"kind":"datetime","format":"DD/MM/YYYY HH:mm"}}.`,
    );
  });
  const known = times.filter((time) => !Number.isNaN(time));
  const codec = new DateCodec(format);
  const wall = known.map((time) => time + codec.offset * 60_000);
  const number = column.levels(1_000)?.every(({ cell }) => typeof cell === 'number') ?? false;
  return {
    kind: 'datetime',
    ...fitMeasure(column, known, { ...schema, nullable: nullable || known.length < times.length }),
    dateOnly: !hasClock(format.pattern),
    format: format.pattern,
    ...(format.months && { months: [...format.months] }),
    ...(format.weekdays && { weekdays: [...format.weekdays] }),
    unit: commonUnit(wall, codec.least),
    ...(number && { number }),
  };
}

function fitMeasure(
  column: TypedColumn,
  values: Float64Array,
  { transform, nullable }: Pick<ColumnSchema, 'transform'> & { readonly nullable: boolean },
) {
  const { name } = column;
  // Sorted once: all that is fitted is fitted to values in any order.
  const numbers = values.slice().sort();
  const [min = Infinity, max = -Infinity] = [numbers[0], numbers.at(-1)];
  if (!Number.isFinite(max - min)) {
    throw new DataError(
      `table: column '${name}' reaches from ${min} to ${max}, wider than float64 numbers can tell apart: ` +
        `take its logarithm or ignore it.`,
    );
  }
  const fit = transform === undefined ? fitTransform : { standard: fitStandard, quantile: fitQuantile }[transform];
  const fitted = fit(numbers);
  const quantiles = fitQuantile(numbers, { knots: marginalKnots });
  const marginal = fitted.name === 'standard' && quantiles.name === 'quantile' ? quantiles : undefined;
  return {
    name,
    nullable,
    missing: column.reading.marks.map(({ mark }) => mark),
    min,
    max,
    transform: fitted,
    ...(marginal && { marginal: { x: marginal.x, z: marginal.z } }),
  };
}

type Levels = NonNullable<Cell>[];

/** Pooled categories that are kept by name with their counts, at most: the commonest, so that config.json stays small. */
const mostRare = 1000;
/** Characters of their names in all: at most 64 kB a column. */
const mostRareText = 2 ** 16;

interface Categories {
  readonly levels: Levels;
  readonly pooled: number;
  readonly rare?: { readonly levels: Levels; readonly counts: number[] };
}

function categories(column: TypedColumn, { levels }: ColumnSchema): Categories {
  const counted = [...(column.levels() ?? [])].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  const given = levels?.filter((level) => level !== null);
  const known = given && new Set(given.map(keyOf));
  const rare = known ? counted.filter(({ key }) => !known.has(key)) : counted.slice(mostLevels);
  const kept = given ?? counted.slice(0, mostLevels).map(writtenCell);
  if (rare.length === 0) return { levels: kept, pooled: 0 };
  let room = mostRareText;
  const named = rare.slice(0, mostRare).filter(({ key }, k) => (room -= key.length) >= 0 || k === 0);
  return {
    levels: kept,
    pooled: sumCounts(rare),
    rare: { levels: named.map(writtenCell), counts: named.map(({ count }) => count) },
  };
}

/** Without the spaces around it. */
function writtenCell({ cell }: Level): NonNullable<Cell> {
  return typeof cell === 'string' ? cell.trim() : cell;
}

function sumCounts(levels: readonly Level[]): number {
  return levels.reduce((sum, { count }) => sum + count, 0);
}

/** The distinct cells, numbers by size and texts by name. */
export function levelsByName(column: TypedColumn): Levels {
  const levels = (column.levels() ?? []).map(writtenCell);
  const numeric = levels.every((cell) => !Number.isNaN(numberOf(cell)));
  return levels.sort((a, b) => (numeric ? numberOf(a) - numberOf(b) : keyOf(a) < keyOf(b) ? -1 : 1));
}

function orderedLevels(column: TypedColumn, { levels }: ColumnSchema): Levels {
  const { name } = column;
  const found = levelsByName(column);
  if (!levels) {
    if (found.some((cell) => Number.isNaN(numberOf(cell)))) {
      throw new DataError(
        `table: column '${name}' is ordinal and holds texts: give its 'levels' from lowest to highest.`,
      );
    }
    return found;
  }
  const given = levels.filter((level) => level !== null);
  const known = new Set(given.map(keyOf));
  const stray = found.find((cell) => !known.has(keyOf(cell)));
  if (stray !== undefined)
    throw new DataError(`table: column '${name}' holds ${JSON.stringify(stray)}, which is none of its levels.`);
  return given;
}

function noYes(column: TypedColumn): [NonNullable<Cell>, NonNullable<Cell>] {
  const { name } = column;
  const levels = levelsByName(column);
  if (levels.length !== 2) {
    throw new DataError(
      `table: column '${name}' is boolean, but holds ${levels.length} values: ${levels.slice(0, 5).join(', ')}. ` +
        `More than two are categorical: {"${name}":"categorical"}.`,
    );
  }
  const [no, yes] = noAndYes(levels) ?? (levels as [NonNullable<Cell>, NonNullable<Cell>]);
  return [no, yes];
}
