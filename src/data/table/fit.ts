import { DataError, ValueError } from '../../core/index.ts';
import type { Cell, ColumnState, Table, TableColumn, TableState } from '../../io/index.ts';
import { isMissing, keyOf, noAndYes, numberOf } from './cells.ts';
import { dateOf, datePatternOf } from './dates.ts';
import type { ColumnSchema } from './infer.ts';
import { fitQuantile, fitStandard, fitTransform } from './transforms.ts';

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
  const columns = schema.map((column, index): ColumnState => {
    const data = table.columns[index];
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

function fitColumn({ name, values }: TableColumn, schema: ColumnSchema): ColumnState {
  const { kind } = schema;
  const present = values.filter((cell) => !isMissing(cell));
  const nullable = schema.nullable ?? present.length < values.length;
  if (kind === 'id' || kind === 'split' || kind === 'ignored') return { kind, name };
  if (kind === 'constant') return { kind, name, value: present[0] ?? null };
  if (present.length === 0 && kind !== 'label')
    throw new DataError(`table: column '${name}' holds no value, so it cannot be ${kind}.`);
  if (kind === 'label')
    return { kind, name, levels: schema.levels?.filter((level) => level !== null) ?? levelsByName(present) };
  if (kind === 'categorical') return { kind, name, nullable, ...categories(present, schema) };
  if (kind === 'ordinal') return { kind, name, nullable, levels: orderedLevels(name, present, schema) };
  if (kind === 'boolean') return { kind, name, nullable, values: noYes(name, present) };
  return fitMeasured(name, present, { ...schema, nullable });
}

function fitMeasured(
  name: string,
  present: readonly Cell[],
  { kind, transform, format, nullable }: Omit<ColumnSchema, 'nullable'> & { readonly nullable: boolean },
): ColumnState {
  const isTime = kind === 'datetime';
  const pattern = isTime ? (format ?? datePatternOf([...new Set(present)])) : undefined;
  const numbers = present.map(isTime ? (cell) => dateOf(cell, pattern) : numberOf);
  const wrong = numbers.findIndex(Number.isNaN);
  if (wrong >= 0) {
    const expected = isTime ? `a date as ${pattern ?? 'ISO 8601 has it'}` : 'a number';
    throw new DataError(
      `table: column '${name}' is ${kind}, but holds ${JSON.stringify(present[wrong])}: expected ${expected}.`,
    );
  }
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
  const decimals = decimalsOf(present);
  return {
    kind: 'numeric',
    ...measured,
    integer: numbers.every(Number.isInteger),
    ...(decimals !== undefined && { decimals }),
  };
}

/** The most digits after the point that a number is written with; `undefined` for exponents, or more digits than are kept. */
function decimalsOf(cells: readonly Cell[]): number | undefined {
  let most = 0;
  for (const cell of cells) {
    const text = String(cell).trim();
    if (/e/i.test(text)) return undefined;
    const point = text.indexOf('.');
    if (point >= 0) most = Math.max(most, text.length - point - 1);
  }
  return most <= mostDecimals ? most : undefined;
}

/** One cell for each value, with how often it occurs. */
function countLevels(cells: readonly Cell[]): { cell: NonNullable<Cell>; count: number }[] {
  const counts = new Map<string, { cell: NonNullable<Cell>; count: number }>();
  for (const cell of cells) {
    if (cell === null) continue;
    const known = counts.get(keyOf(cell));
    if (known) known.count++;
    else counts.set(keyOf(cell), { cell: typeof cell === 'string' ? cell.trim() : cell, count: 1 });
  }
  return [...counts.values()];
}

type Levels = NonNullable<Cell>[];

function categories(present: readonly Cell[], { levels }: ColumnSchema): { levels: Levels; pooled: number } {
  const counted = countLevels(present);
  if (levels) {
    const kept = levels.filter((level) => level !== null);
    const known = new Set(kept.map(keyOf));
    return { levels: kept, pooled: sumCounts(counted.filter(({ cell }) => !known.has(keyOf(cell)))) };
  }
  const byCount = counted.sort((a, b) => b.count - a.count || (keyOf(a.cell) < keyOf(b.cell) ? -1 : 1));
  return {
    levels: byCount.slice(0, mostLevels).map(({ cell }) => cell),
    pooled: sumCounts(byCount.slice(mostLevels)),
  };
}

function sumCounts(levels: readonly { readonly count: number }[]): number {
  return levels.reduce((sum, { count }) => sum + count, 0);
}

/** The distinct cells, numbers by size and texts by name. */
export function levelsByName(present: readonly Cell[]): Levels {
  const levels = countLevels(present).map(({ cell }) => cell);
  const numeric = levels.every((cell) => !Number.isNaN(numberOf(cell)));
  return levels.sort((a, b) => (numeric ? numberOf(a) - numberOf(b) : keyOf(a) < keyOf(b) ? -1 : 1));
}

function orderedLevels(name: string, present: readonly Cell[], { levels }: ColumnSchema): Levels {
  const found = levelsByName(present);
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

function noYes(name: string, present: readonly Cell[]): [NonNullable<Cell>, NonNullable<Cell>] {
  const levels = levelsByName(present);
  if (levels.length !== 2) {
    throw new DataError(
      `table: column '${name}' is boolean, but holds ${levels.length} values: ${levels.slice(0, 5).join(', ')}.`,
    );
  }
  const [no, yes] = noAndYes(levels) ?? (levels as [NonNullable<Cell>, NonNullable<Cell>]);
  return [no, yes];
}
