import { ValueError } from '../../core/index.ts';
import type { Cell, ColumnKind, Table, TableColumn } from '../../io/index.ts';
import { isCode, isMissing, keyOf, noAndYes, numberOf } from './cells.ts';
import { checkDatePattern, datePatternOf } from './dates.ts';

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
  return table.columns.map((column) => {
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

interface Summary {
  readonly name: string;
  /** Cells that hold a value. */
  readonly present: readonly Cell[];
  /** How often each value occurs, by `keyOf`. */
  readonly counts: ReadonlyMap<string, number>;
  readonly unique: boolean;
}

function inferColumn({ name, values }: TableColumn): ColumnSchema {
  const present = values.filter((cell) => !isMissing(cell));
  const counts = new Map<string, number>();
  for (const cell of present) counts.set(keyOf(cell), (counts.get(keyOf(cell)) ?? 0) + 1);
  const unique = counts.size === values.length && values.length > 1;
  const summary: Summary = { name, present, counts, unique };
  if (counts.size === 0) return { name, kind: 'ignored', reason: 'it is empty' };
  if (splitName.test(name) && isSplit(counts)) return { name, kind: 'split' };
  if (counts.size === 1) {
    // Training on the normal rows alone: the rows to score may have other labels.
    return labelName.test(name)
      ? { name, kind: 'label' }
      : { name, kind: 'constant', reason: 'all its values are the same' };
  }
  const schema = inferValues(summary);
  if (labelName.test(name) && counts.size <= mostCategories && schema.kind !== 'id') return { name, kind: 'label' };
  return schema;
}

function isSplit(counts: ReadonlyMap<string, number>): boolean {
  return [...counts.keys()].every((value) => splitValues.has(value.toLowerCase()));
}

function inferValues(summary: Summary): ColumnSchema {
  const { name, present, counts, unique } = summary;
  const first = [...new Map(present.map((cell) => [keyOf(cell), cell])).values()];
  if (noAndYes(first)) return { name, kind: 'boolean' };
  if (present.every((cell) => !Number.isNaN(numberOf(cell))) && !present.some(isCode)) return inferNumbers(summary);
  if (present.every((cell) => typeof cell === 'boolean')) return { name, kind: 'boolean' };
  if (datePatternOf(first) !== undefined) return { name, kind: 'datetime' };
  if (unique && (idName.test(name) || counts.size > mostCategories)) {
    return { name, kind: 'id', reason: 'no two rows share a value' };
  }
  if (counts.size > mostCategories && counts.size > present.length / 2) {
    return { name, kind: 'ignored', reason: 'it is free text, with a value of its own in most rows' };
  }
  return { name, kind: 'categorical' };
}

function inferNumbers({ name, present, counts, unique }: Summary): ColumnSchema {
  const numbers = present.map(numberOf);
  const whole = numbers.every(Number.isInteger);
  if (whole && unique && (idName.test(name) || countsUp(numbers))) {
    return { name, kind: 'id', reason: countsUp(numbers) ? 'it counts the rows' : 'no two rows share a value' };
  }
  const common = present.length >= leastRowsPerLevel * counts.size;
  if (whole && counts.size > 2 && counts.size <= mostOrdinalLevels && common) return { name, kind: 'ordinal' };
  return { name, kind: 'numeric' };
}

function countsUp(numbers: readonly number[]): boolean {
  return numbers.length > 2 && numbers.every((value, index) => index === 0 || value === numbers[index - 1]! + 1);
}
