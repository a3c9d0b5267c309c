import { ValueError } from '../../core/index.ts';
import type { Cell, ColumnKind, Table } from '../../io/index.ts';
import { noAndYes } from './cells.ts';
import { checkDatePattern, datePatternOf } from './dates.ts';
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
  /** Whether missing values are provided for though the training rows have none. */
  readonly nullable?: boolean;
  /** Why it is set aside, for people. */
  readonly reason?: string;
}

/** What a person says of some columns: the kind alone, or more. */
export type SchemaOverrides = Readonly<Record<string, ColumnKind | Partial<Omit<ColumnSchema, 'name' | 'reason'>>>>;

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
  return TypedTable.of(table).columns.map((column) => {
    const said = overrides[column.name];
    const given = typeof said === 'string' ? { kind: said } : said;
    checkOverride(column.name, given);
    if (given?.kind !== undefined) return { name: column.name, ...given, kind: given.kind };
    return { ...inferColumn(column), ...given };
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
  if (given?.format !== undefined) checkDatePattern(name, given.format);
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
  const { name, numbers, distinctCount } = column;
  const pair = column.levels(2)?.map(({ cell }) => cell) ?? [];
  if (noAndYes(pair)) return { name, kind: 'boolean' };
  if (numbers) return inferNumbers(column, numbers);
  if (pair.length > 0 && pair.every((cell) => typeof cell === 'boolean')) return { name, kind: 'boolean' };
  if (datePatternOf((column.levels() ?? []).map(({ cell }) => cell)) !== undefined) return { name, kind: 'datetime' };
  if (column.unique && (idName.test(name) || distinctCount > mostCategories)) {
    return { name, kind: 'id', reason: 'no two rows share a value' };
  }
  if (distinctCount > mostCategories && distinctCount > column.present / 2) {
    return { name, kind: 'ignored', reason: 'it is free text, with a value of its own in most rows' };
  }
  return { name, kind: 'categorical' };
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

function countsUp(numbers: Float64Array): boolean {
  return numbers.length > 2 && numbers.every((value, index) => index === 0 || value === numbers[index - 1]! + 1);
}
