import { ValueError } from '../../core/index.ts';
import { TableEncoder } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';

type DataConfig = Pick<RunConfig['data'], 'table'>;
type ColumnState = TableEncoder['state']['columns'][number];

/** Whether two runs take the columns of a table for the same, in the same units. */
export function isEncodedAlike(one: DataConfig, other: DataConfig): boolean {
  return JSON.stringify(modelledOf(one)) === JSON.stringify(modelledOf(other));
}

/**
 * By how much the log densities of a run rise in the units of another, mean over examples, nats. Both are of standardised numbers:
 *
 *   log p(z_other) = log p(z) + log |dz / dx| − log |dz_other / dx|, here Σ log(s_other / s) over the numbers that an example has
 *
 * @param of a data set in the form of the first
 * @throws ValueError where the two model other columns, or have other quantities of them
 */
export function unitsShift(own: DataConfig, other: DataConfig, of: Dataset): number {
  const [mine, theirs] = [modelledOf(own), modelledOf(other)];
  const names = [...new Set([...mine, ...theirs].map(({ name }) => name))];
  const shifts = new Map<string, number>();
  for (const name of names) {
    const [column, like] = [mine, theirs].map((columns) => columns.find((each) => each.name === name));
    if (!column || !like) throw new ValueError(`one models the column '${name}' and the other does not`);
    const shift = shiftOf(column, like);
    if (shift !== 0) shifts.set(name, shift);
  }
  return shifts.size === 0 ? 0 : meanShift(shifts, own, of);
}

function shiftOf(column: ColumnState, like: ColumnState): number {
  const { name } = column;
  if (column.kind !== like.kind) {
    throw new ValueError(`'${name}' is ${column.kind} to one and ${like.kind} to the other`);
  }
  if ('transform' in column && 'transform' in like) {
    const [own, theirs] = [column.transform, like.transform];
    if (JSON.stringify(own) === JSON.stringify(theirs)) return 0;
    if (own.name === 'standard' && theirs.name === 'standard') return Math.log(theirs.stddev / own.stddev);
    throw new ValueError(`'${name}' is brought to normal scores by other quantiles`);
  }
  const levelsOf = (state: ColumnState): string =>
    JSON.stringify('levels' in state ? state.levels : 'values' in state ? state.values : []);
  if (levelsOf(column) === levelsOf(like)) return 0;
  throw new ValueError(`'${name}' has other categories`);
}

/** Of the examples, the mean of the sums over the columns that each has a value of. */
function meanShift(shifts: ReadonlyMap<string, number>, { table }: DataConfig, of: Dataset): number {
  if (!table) return 0;
  const { blocks, width } = new TableEncoder(table);
  const rows = new Float32Array(of.size * width);
  of.gather(
    Uint32Array.from({ length: of.size }, (_, row) => row),
    rows,
  );
  let total = 0;
  for (const { column, missing } of blocks) {
    const shift = shifts.get(column) ?? 0;
    for (let row = 0; row < of.size; row++) {
      if (missing === undefined || rows[row * width + missing] !== 1) total += shift;
    }
  }
  return total / of.size;
}

/** The columns that a table's model has densities of, as they are encoded. */
function modelledOf({ table }: DataConfig): readonly ColumnState[] {
  if (!table) return [];
  const { modelled, state } = new TableEncoder(table);
  return modelled.flatMap(({ column }) => state.columns.find(({ name }) => name === column) ?? []);
}
