import { NdArray, ValueError } from '../../core/index.ts';
import type { TableEncoder } from '../../data/index.ts';
import { conditionsText, mergedGiven } from '../data/given-conditions.ts';
import type { Clause, GivenShares, Operator } from '../data/given-conditions.ts';
import { valuesText } from '../data/condition-words.ts';
import { WrittenValues, codesOf } from './written-values.ts';

type ColumnState = TableEncoder['state']['columns'][number];

/** What rows that a model draws must have, to be kept. */
export interface Filter {
  readonly column: string;
  readonly operator: Operator;
  /** As the column's values are encoded. */
  readonly bound: number;
  /** As it was asked for: `age > 60`. */
  readonly text: string;
  /** The rows that have it. @param codes of rows as `TableEncoder.encode` gives them, [n, features] */
  accepts(codes: Float32Array, row: number): boolean;
}

/** What is asked of drawn examples, in two: what the model is given, and what is seen to by rejection. */
export interface Asked {
  readonly given: GivenShares | undefined;
  readonly filters: readonly Filter[];
}

const tests: Readonly<Record<Operator, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

/**
 * Clauses on columns that a table's model has distributions of as filters; the others are for its condition.
 *
 * @throws ValueError for a bound that no value of the column is, a range of what has no order, or what no value of a column can have
 */
export function askedOf(clauses: readonly Clause[], table: TableEncoder | undefined): Asked {
  const isModelled = ({ name }: Clause): boolean => table?.modelled.some(({ column }) => column === name) ?? false;
  const others = clauses.filter((clause) => !isModelled(clause));
  const range = others.find(({ operator }) => operator !== '=');
  if (range) {
    const there = table?.modelled.map(({ column }) => column).join(', ');
    throw new ValueError(
      `given: '${range.name} ${range.operator} …' is a range, and ranges are of columns that the model of a table draws${there === undefined ? '' : `: ${there}`}.`,
    );
  }
  const filters = table ? clauses.filter(isModelled).map((clause) => filterOf(clause, table)) : [];
  if (filters.length > 0 && others.some(({ share }) => share !== undefined)) {
    throw new ValueError(
      `given: shares cannot be kept where rows are drawn until they have ${conditionsText(clauses.filter(isModelled))}: leave one of them out.`,
    );
  }
  if (table) checkPossible(filters, table);
  return { given: others.length > 0 ? mergedGiven(others) : undefined, filters };
}

function filterOf({ name, operator, value, share }: Clause, table: TableEncoder): Filter {
  if (share !== undefined) {
    throw new ValueError(
      `given: shares are of what the model is given, and it draws '${name}'. Train with --condition ${name}.`,
    );
  }
  const place = table.blocks.findIndex(({ column }) => column === name);
  const state = table.state.columns.find((column) => column.name === name);
  const {
    codes: [bound = NaN],
    isOdd,
  } = codesOf(name, [value], table);
  const hasOrder = state !== undefined && ('transform' in state || state.kind === 'ordinal');
  if (operator !== '=' && !hasOrder) {
    throw new ValueError(`given: '${name}' has no order, so that there is no '${operator}': say ${name}=VALUE.`);
  }
  if (Number.isNaN(bound) || isOdd) {
    const what = state ? valuesText(state, () => true) : '';
    throw new ValueError(`given: '${name}' is ${what} in training; got ${JSON.stringify(value)}.`);
  }
  const features = table.blocks.length;
  return {
    ...{ column: name, operator, bound },
    text: conditionsText([{ name, operator, value }]),
    accepts: (all, row) => tests[operator](all[row * features + place] ?? NaN, bound),
  };
}

/** Drawn values lie in the range of the training rows. @throws ValueError where no value of a column has all that is asked of it */
function checkPossible(filters: readonly Filter[], table: TableEncoder): void {
  for (const name of new Set(filters.map(({ column }) => column))) {
    const own = filters.filter(({ column }) => column === name);
    const state = table.state.columns.find((column) => column.name === name);
    if (!state || isPossible(own, state)) continue;
    throw new ValueError(
      `given: no row can have ${own.map(({ text }) => text).join(' and ')}; '${name}' is ${rangeText(state)} in training.`,
    );
  }
}

function isPossible(own: readonly Filter[], state: ColumnState): boolean {
  const hasAll = (code: number, operators: readonly Operator[]): boolean =>
    own.every(({ operator, bound }) => !operators.includes(operator) || tests[operator](code, bound));
  const lower = ['=', '>', '>='] as const;
  const upper = ['=', '<', '<='] as const;
  if (!('transform' in state)) {
    const levels = 'levels' in state ? state.levels.length + 1 : 2;
    return Array.from({ length: levels }, (_, code) => code).some((code) => hasAll(code, [...lower, ...upper]));
  }
  const values = new WrittenValues(state);
  const { least, most } = values;
  if (state.kind === 'numeric' && !state.integer && state.decimals === undefined) {
    // Any number may be drawn, also one that no float32 between is.
    const bounds = (operators: readonly Operator[]): number[] =>
      own.filter(({ operator }) => operators.includes(operator)).map(({ bound }) => bound);
    const [low, high] = [Math.max(least.code, ...bounds(lower)), Math.min(most.code, ...bounds(upper))];
    return low <= high && [low, low + (high - low) / 2].some((code) => hasAll(code, [...lower, ...upper]));
  }
  const lowest = Math.max(...own.map(({ operator, bound }) => (operator === '=' ? bound : -Infinity)));
  const first = values.leastThat((code) => code >= lowest && hasAll(code, ['>', '>=']));
  return first !== undefined && hasAll(first.code, upper);
}

function rangeText(state: ColumnState): string {
  if (state.kind !== 'datetime') return valuesText(state, () => true);
  const { least, most } = new WrittenValues(state);
  return `a date from ${String(least.cell)} to ${String(most.cell)}`;
}

/** How many rows were drawn, and how many of them had what was asked. */
export interface Acceptance {
  readonly drawn: number;
  readonly accepted: number;
}

/** Rows of a chunk. */
const leastChunk = 256;
const mostChunk = 8192;

/**
 * Rows that have what filters ask, by drawing until enough do: draws from p(x | filters), where the model is right.
 *
 * @param options.draw gives rows that a model draws, [n, width], another lot for each number
 * @param options.tries rows drawn at most
 * @throws ValueError where so many rows do not hold enough
 */
export async function drawnUntil(
  count: number,
  options: {
    readonly filters: readonly Filter[];
    readonly table: TableEncoder;
    readonly tries: number;
    draw(rows: number, chunk: number): Promise<NdArray<'float32'>>;
  },
): Promise<{ readonly rows: NdArray<'float32'>; readonly acceptance: Acceptance }> {
  const { filters, table, tries } = options;
  const { width } = table;
  const kept = NdArray.zeros([count, width], 'float32');
  let [drawn, accepted, used] = [0, 0, 0];
  for (let chunk = 0; used < count; chunk++) {
    if (drawn >= tries) {
      const what = filters.map(({ text }) => text).join(' and ');
      throw new ValueError(
        `given: of ${drawn} drawn rows ${accepted} have ${what} (${percent({ drawn, accepted })}), and ${count} are wanted: allow more tries (--tries), ask for fewer rows, or train a model that is given these columns (--condition).`,
      );
    }
    const wanted = Math.ceil(((count - used) * (drawn + 1) * 1.1) / (accepted + 1));
    const size = Math.min(tries - drawn, Math.max(leastChunk, Math.min(mostChunk, wanted)));
    const rows = await options.draw(size, chunk);
    // What is written counts: a number rounded as its column is, a date in its unit.
    const { codes } = table.encode(table.decode(rows));
    for (let row = 0; row < size; row++) {
      if (!filters.every((filter) => filter.accepts(codes, row))) continue;
      accepted++;
      if (used < count) kept.data.set(rows.data.subarray(row * width, (row + 1) * width), used++ * width);
    }
    drawn += size;
  }
  return { rows: kept, acceptance: { drawn, accepted } };
}

/** The share in a sentence. */
export function percent({ drawn, accepted }: Acceptance): string {
  return `${Number(((100 * accepted) / drawn).toPrecision(3))} %`;
}
