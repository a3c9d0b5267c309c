import { ValueError } from '../../core/index.ts';
import type { Cell, ColumnKind, Table } from '../../io/index.ts';
import { noAndYes } from './cells.ts';
import { datesIn, isDates } from './date-columns.ts';
import type { ColumnDates } from './date-columns.ts';
import { checkDatePattern } from './dates/index.ts';
import { TypedTable } from './typed.ts';
import type { TypedColumn } from './typed.ts';

/** What a column is and what is done with it. */
export interface ColumnSchema {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of an ordinal column: its levels from lowest to highest; of a categorical one: those to keep apart. */
  readonly levels?: readonly Cell[];
  /** Of a numeric column or one of dates; default: standard, for long tails quantile. */
  readonly transform?: 'standard' | 'quantile';
  /** Of a column of dates: how they are written, such as DD/MM/YYYY; default: found out. */
  readonly format?: string;
  /** Of numbers in text: the decimal sign, and what parts thousands (`,`, `.`, `'`, `space`, `none`); default: found out. */
  readonly decimal?: '.' | ',';
  readonly thousands?: string;
  /** Texts that stand for missing values besides the usual ones; an empty list: only empty fields do. */
  readonly missing?: readonly (string | number)[];
  /** Whether missing values are provided for though the training rows have none. */
  readonly nullable?: boolean;
  /** Why it is set aside, for people. */
  readonly reason?: string;
  /** What else is to be said of it, for people. */
  readonly note?: string;
  /** Of a column of dates without `format`: what was found out. */
  readonly dates?: ColumnDates;
}

/** What a person says of some columns: the kind alone, or more. */
export type SchemaOverrides = Readonly<
  Record<string, ColumnKind | Partial<Omit<ColumnSchema, 'name' | 'reason' | 'note' | 'dates'>>>
>;

/** Whole numbers with so few values, each of them common, are levels. */
const mostOrdinalLevels = 10;
const leastRowsPerLevel = 20;
/** Texts with more values than this, most of them rare, are free text. */
const mostCategories = 64;

const idName =
  /^(id|uuid|guid|key|index|row|rownum|row_?(id|number|num)|record_?id|unnamed: 0|column 1)$|_(id|uuid|key)$|Id$|ID$|[-_ ]([Nn]o|[Nn]r|[Nn]umber)\.?$/;
const labelName = /^(label|labels|class|target|y|outcome|is_?(anomaly|outlier|fraud)|anomaly|outlier|fraud)$/i;
const splitName = /^(split|subset|partition|fold|set)$/i;
const splitValues = new Set(['train', 'training', 'test', 'testing', 'val', 'valid', 'validation']);

/**
 * What the columns of a table seem to be (`table/README.md` lists the rules).
 *
 * @throws ValueError for an override of a column that does not exist, or of a kind that does not
 */
export function inferSchema(table: Table, overrides: SchemaOverrides = {}): readonly ColumnSchema[] {
  const names = table.columns.map(({ name }) => name);
  const unknown = Object.keys(overrides).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ValueError(`schema: there is no column '${unknown}'; there are ${names.join(', ')}.`);
  }
  const typed = TypedTable.of(table, {
    columns: Object.fromEntries(
      Object.entries(overrides).map(([name, said]) => [name, typeof said === 'string' ? { kind: said } : said]),
    ),
  });
  const schema = typed.columns.map((column) => {
    const said = overrides[column.name];
    const given = typeof said === 'string' ? { kind: said } : said;
    checkOverride(column.name, given);
    if (given?.kind !== undefined) return { name: column.name, ...given, kind: given.kind };
    return { ...inferColumn(column), ...given };
  });
  return withDates(schema, typed);
}

/** How columns of dates write them: what one leaves open, the order of day and month, is as others have it. */
function withDates(schema: readonly ColumnSchema[], table: TypedTable): readonly ColumnSchema[] {
  const found = schema.map((column, k): ColumnSchema => {
    const typed = table.columns[k];
    if (column.kind !== 'datetime' || column.format !== undefined || column.dates || !typed) return column;
    const dates = datesIn(typed);
    return dates ? { ...column, dates } : column;
  });
  const orders = new Set(
    found.flatMap(({ dates }) => (dates?.order && dates.evidence !== 'open' ? [dates.order] : [])),
  );
  const [like] = orders;
  if (orders.size !== 1 || like === undefined) return found;
  return found.map((column, k) => {
    const typed = table.columns[k];
    if (column.dates?.evidence !== 'open' || !typed) return column;
    const dates = datesIn(typed, { like });
    return dates ? { ...column, dates } : column;
  });
}

const kinds: Readonly<Record<ColumnKind, true>> = {
  numeric: true,
  datetime: true,
  boolean: true,
  categorical: true,
  ordinal: true,
  label: true,
  constant: true,
  id: true,
  split: true,
  ignored: true,
};

function checkOverride(name: string, given: Partial<ColumnSchema> | undefined): void {
  if (given?.kind !== undefined && !Object.hasOwn(kinds, given.kind)) {
    throw new ValueError(
      `schema: '${given.kind}' is no kind of column ('${name}'); kinds are ${Object.keys(kinds).join(', ')}.`,
    );
  }
  if (given?.format !== undefined) {
    checkDatePattern(name, given.format);
    if ((given.kind ?? 'datetime') !== 'datetime') {
      throw new ValueError(`schema: '${name}' is to be ${given.kind ?? ''}: 'format' goes with datetime.`);
    }
  }
  if (given?.transform !== undefined && !['standard', 'quantile'].includes(given.transform)) {
    throw new ValueError(`schema: '${given.transform}' is no transform ('${name}'); there are standard and quantile.`);
  }
}

function inferColumn(column: TypedColumn): ColumnSchema {
  const { name, distinctCount } = column;
  if (distinctCount === 0) return { name, kind: 'ignored', reason: 'it is empty' };
  if (splitName.test(name) && isSplit(column)) return { name, kind: 'split' };
  if (distinctCount === 1) {
    // Training on the normal rows alone: the rows to score may have other labels.
    return labelName.test(name)
      ? { name, kind: 'label' }
      : { name, kind: 'constant', reason: 'all its values are the same' };
  }
  const schema = inferValues(column);
  if (labelName.test(name) && distinctCount <= mostCategories && schema.kind !== 'id') return { name, kind: 'label' };
  return schema;
}

function isSplit(column: TypedColumn): boolean {
  return column.levels(splitValues.size * 3)?.every(({ key }) => splitValues.has(key.toLowerCase())) ?? false;
}

function inferValues(column: TypedColumn): ColumnSchema {
  const { name, numbers } = column;
  const pair = column.levels(2)?.map(({ cell }) => cell) ?? [];
  if (noAndYes(pair)) return { name, kind: 'boolean' };
  if (pair.length > 0 && pair.every((cell) => typeof cell === 'boolean')) return { name, kind: 'boolean' };
  const dates = !numbers || couldBeDates(numbers) ? datesIn(column) : undefined;
  if (dates && isDates(dates, column) && !(numbers && idName.test(name) && column.unique)) {
    return { name, kind: 'datetime', dates };
  }
  if (numbers) return inferNumbers(column, numbers);
  const other = inferTexts(column);
  return dates ? { ...other, note: notDates(dates, column) } : other;
}

function inferTexts(column: TypedColumn): ColumnSchema {
  const { name, distinctCount } = column;
  if (column.unique && (idName.test(name) || distinctCount > mostCategories)) {
    return { name, kind: 'id', reason: 'no two rows share a value' };
  }
  if (distinctCount > mostCategories && distinctCount > column.present / 2) {
    return { name, kind: 'ignored', reason: 'it is free text, with a value of its own in most rows' };
  }
  return { name, kind: 'categorical' };
}

function notDates({ format, odd }: ColumnDates, { present }: TypedColumn): string {
  const cells = odd.examples.map(({ cell, where }) => `${JSON.stringify(cell)} in ${where}`).join(', ');
  return (
    `most of its cells are dates as ${format.pattern}, but ${odd.count} of ${present} are not (${cells}): ` +
    `{"kind":"datetime"} takes those for missing`
  );
}

function inferNumbers(column: TypedColumn, numbers: Float64Array): ColumnSchema {
  const { name, distinctCount } = column;
  const whole = numbers.every((value) => Number.isNaN(value) || Number.isInteger(value));
  if (whole && (idName.test(name) || countsUp(numbers)) && column.unique) {
    return { name, kind: 'id', reason: countsUp(numbers) ? 'it counts the rows' : 'no two rows share a value' };
  }
  const common = column.present >= leastRowsPerLevel * distinctCount;
  if (whole && distinctCount > 2 && distinctCount <= mostOrdinalLevels && common) return { name, kind: 'ordinal' };
  return { name, kind: 'numeric' };
}

/** Ranges of numbers that may be dates written with digits alone: 201806, 20180610, 201806101530 and 20180610153000. */
const digitDates = [1, 100, 1e6, 1e8].map((scale) => [190_001 * scale, 210_013 * scale] as const);

function couldBeDates(numbers: Float64Array): boolean {
  return digitDates.some(([least, most]) =>
    numbers.every((value) => Number.isNaN(value) || (value >= least && value < most && Number.isInteger(value))),
  );
}

function countsUp(numbers: Float64Array): boolean {
  return numbers.length > 2 && numbers.every((value, index) => index === 0 || value === numbers[index - 1]! + 1);
}
