import { ValueError } from '../../core/index.ts';
import type { Cell, Table } from '../../io/index.ts';
import type { ColumnKind } from './table-state.ts';
import { noAndYes } from './cells.ts';
import { datesIn, isDates } from './date-columns.ts';
import type { ColumnDates } from './date-columns.ts';
import { checkDatePattern } from './dates/index.ts';
import { TypedTable } from './typed-table.ts';
import type { TypedColumn } from './typed-table.ts';

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

/** What tells rows apart is named so, by people and by pandas, R and spreadsheets. */
const idName =
  /^(|ids?|uuid|guid|oid|key|index|idx|level_0|rows?|row[-_ .]?(id|key|index|names?|numbers?|num|nr|no)|record[-_ ]?(id|no|number)|unnamed: ?\d+(\.\d+)*|__index_level_\d+__|column 1|s\.?no\.?|#)$|[-_ .](id|uuid|guid|key|index|no|nr|num|number)\.?$/i;
/** A capital letter makes an id of `customerID` and `PassengerId`, and none of `paid`. */
const camelIdName = /[a-z](Id|ID|Key|Index|Nr|No)$/;
/** Texts that a machine made to be unique. */
const uniqueText =
  /^(?:\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?|(?=.*\d)(?=.*[a-f])[0-9a-f]{12,}|0x[0-9a-f]{8,})$/i;
/** So many texts without a repetition are names. */
const leastUnique = 20;
const labelName = /^(labels?|class|is_?(anomaly|outlier|fraud)|anomaly|outlier|fraud)$/i;
/** May as well be a quantity. */
const targetName = /^(target|y|outcome)$/i;
/** More whole numbers than this are a quantity, unless they are called classes. */
const mostNumberedClasses = 20;
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
      Object.entries(overrides).map(([name, override]) => [
        name,
        typeof override === 'string' ? { kind: override } : override,
      ]),
    ),
  });
  const schema = typed.columns.map((column) => {
    const override = overrides[column.name];
    const given = typeof override === 'string' ? { kind: override } : override;
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
  const named = labelName.test(name) || targetName.test(name);
  if (distinctCount === 1) {
    // Training on the normal rows alone: the rows to score may have other labels.
    if (named) return { name, kind: 'label' };
    // That a value is there may say something.
    return column.present < column.length
      ? { name, kind: 'categorical' }
      : { name, kind: 'constant', reason: 'all its values are the same' };
  }
  const schema = inferValues(column);
  if (!named || schema.kind === 'id' || schema.kind === 'datetime') return schema;
  if (areClasses(column)) return { name, kind: 'label' };
  return schema.kind === 'numeric'
    ? { ...schema, note: `its ${distinctCount} values are too many for classes, so it is modelled as a quantity` }
    : schema;
}

/** Whether a column named as labels are holds classes: few values, which come again. */
function areClasses({ name, numbers, distinctCount, present }: TypedColumn): boolean {
  if (distinctCount <= 2) return true;
  if (distinctCount > mostCategories || 2 * distinctCount > present) return false;
  if (!numbers || areLevels(distinctCount, present)) return true;
  const whole = numbers.every((value) => Number.isNaN(value) || Number.isInteger(value));
  return whole && (labelName.test(name) || distinctCount <= mostNumberedClasses);
}

/** Few numbers, each of them common. */
function areLevels(distinctCount: number, present: number): boolean {
  return distinctCount <= mostOrdinalLevels && present >= leastRowsPerLevel * distinctCount;
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
  if (dates && isDates(dates, column) && !(numbers && isIdName(name) && column.unique)) {
    return { name, kind: 'datetime', dates };
  }
  if (numbers) return inferNumbers(column, numbers);
  const other = inferTexts(column);
  return dates ? { ...other, note: notDates(dates, column) } : other;
}

function inferTexts(column: TypedColumn): ColumnSchema {
  const { name, distinctCount } = column;
  if (column.unique && (isIdName(name) || distinctCount >= leastUnique || isMadeUnique(column))) {
    return { name, kind: 'id', reason: 'no two rows share a value' };
  }
  if (distinctCount > mostCategories && distinctCount > column.present / 2) {
    return { name, kind: 'ignored', reason: 'it is free text, with a value of its own in most rows' };
  }
  const note = differByCase(column);
  return { name, kind: 'categorical', ...(note !== undefined && { note }) };
}

function isIdName(name: string): boolean {
  return idName.test(name.trim()) || camelIdName.test(name.trim());
}

function isMadeUnique(column: TypedColumn): boolean {
  return column.levels(leastUnique)?.every(({ key }) => uniqueText.test(key)) ?? false;
}

/** Levels that only capitals tell apart: they stay apart, but a person should know. */
function differByCase(column: TypedColumn): string | undefined {
  const levels = column.levels(mostCategories) ?? [];
  const known = new Map<string, string>();
  for (const { key } of levels) {
    const other = known.get(key.toLowerCase());
    if (other !== undefined) return `'${other}' and '${key}' differ in capitals alone, and are two categories`;
    known.set(key.toLowerCase(), key);
  }
  return undefined;
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
  if (whole && (isIdName(name) || countsUp(numbers)) && column.unique) {
    return { name, kind: 'id', reason: countsUp(numbers) ? 'it counts the rows' : 'no two rows share a value' };
  }
  if (whole && distinctCount > 2 && areLevels(distinctCount, column.present)) return { name, kind: 'ordinal' };
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
