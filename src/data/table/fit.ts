import { DataError, ValueError } from '../../core/index.ts';
import type { Cell, ColumnState, Table, TableState } from '../../io/index.ts';
import { keyOf, noAndYes, numberOf } from './cells.ts';
import { dateOf, datePatternOf } from './dates.ts';
import type { ColumnSchema } from './infer.ts';
import { fitQuantile, fitStandard, fitTransform } from './transforms.ts';
import { TypedTable } from './typed.ts';
import type { Level, TypedColumn } from './typed.ts';

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
export function fitTable(table: Table, schema: readonly ColumnSchema[]): TableState {
  const typed = TypedTable.of(table);
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
  return { columns };
}

/** Kinds of columns that a model sees. */
export function isFeature(kind: ColumnState['kind']): boolean {
  return ['numeric', 'datetime', 'boolean', 'categorical', 'ordinal'].includes(kind);
}

function fitColumn(column: TypedColumn, schema: ColumnSchema): ColumnState {
  const { name, present } = column;
  const { kind } = schema;
  const nullable = schema.nullable ?? present < column.length;
  if (kind === 'id' || kind === 'split' || kind === 'ignored') return { kind, name };
  if (kind === 'constant') return { kind, name, value: column.levels()?.[0]?.cell ?? null };
  if (present === 0 && kind !== 'label')
    throw new DataError(`table: column '${name}' holds no value, so it cannot be ${kind}.`);
  if (kind === 'label')
    return { kind, name, levels: schema.levels?.filter((level) => level !== null) ?? levelsByName(column) };
  if (kind === 'categorical') return { kind, name, nullable, ...categories(column, schema) };
  if (kind === 'ordinal') return { kind, name, nullable, levels: orderedLevels(column, schema) };
  if (kind === 'boolean') return { kind, name, nullable, values: noYes(column) };
  return fitMeasured(column, { ...schema, nullable });
}

function fitMeasured(
  column: TypedColumn,
  { kind, transform, format, nullable }: Omit<ColumnSchema, 'nullable'> & { readonly nullable: boolean },
): ColumnState {
  const { name } = column;
  const isTime = kind === 'datetime';
  const pattern = isTime ? (format ?? datePatternOf((column.levels() ?? []).map(({ cell }) => cell))) : undefined;
  const read = column.read((cell) => {
    const value = isTime ? dateOf(cell, pattern) : numberOf(cell);
    if (!Number.isNaN(value)) return value;
    const expected = isTime ? `a date as ${pattern ?? 'ISO 8601 has it'}` : 'a number';
    throw new DataError(`table: column '${name}' is ${kind}, but holds ${JSON.stringify(cell)}: expected ${expected}.`);
  });
  const numbers = read.filter((value) => !Number.isNaN(value));
  const min = numbers.reduce((least, value) => Math.min(least, value), Infinity);
  const max = numbers.reduce((most, value) => Math.max(most, value), -Infinity);
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
  const measured = {
    name,
    nullable,
    min,
    max,
    transform: fitted,
    ...(marginal && { marginal: { x: marginal.x, z: marginal.z } }),
  };
  if (isTime) {
    const written = pattern ?? 'YYYY-MM-DD';
    return { kind, ...measured, dateOnly: !written.includes('mm'), format: written };
  }
  const decimals = column.decimals(mostDecimals);
  return {
    kind: 'numeric',
    ...measured,
    integer: numbers.every(Number.isInteger),
    ...(decimals !== undefined && { decimals }),
  };
}

type Levels = NonNullable<Cell>[];

function categories(column: TypedColumn, { levels }: ColumnSchema): { levels: Levels; pooled: number } {
  const counted = [...(column.levels() ?? [])];
  if (levels) {
    const kept = levels.filter((level) => level !== null);
    const known = new Set(kept.map(keyOf));
    return { levels: kept, pooled: sumCounts(counted.filter(({ key }) => !known.has(key))) };
  }
  const byCount = counted.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  return {
    levels: byCount.slice(0, mostLevels).map(writtenCell),
    pooled: sumCounts(byCount.slice(mostLevels)),
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
      `table: column '${name}' is boolean, but holds ${levels.length} values: ${levels.slice(0, 5).join(', ')}.`,
    );
  }
  const [no, yes] = noAndYes(levels) ?? (levels as [NonNullable<Cell>, NonNullable<Cell>]);
  return [no, yes];
}
