import {
  NdArray,
  ShapeError,
  ValueError,
  formatShape,
  nearestName,
  sameShape,
  shownValue,
  sizeOf,
} from '../core/index.ts';
import { tableOf } from '../io/index.ts';
import type { Cell, Table } from '../io/index.ts';

// What JSON says, as arrays and tables: each value is looked at, and what is wrong is named by its place.

/**
 * Numbers in nested lists. @param gaps whether null stands for a number that is missing (NaN)
 * @throws ValueError for what is no number, ShapeError for lists that differ in length, both with the place
 */
export function numbersIn(value: unknown, where: string, { gaps = false } = {}): NdArray<'float64'> {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = (level as readonly unknown[])[0]) shape.push(level.length);
  if (shape.length === 0) throw new ValueError(`${where}: expected lists of numbers, found ${shownValue(value)}.`);
  const array = NdArray.zeros(shape, 'float64');
  const path: number[] = [];
  let at = 0;
  const fill = (item: unknown): void => {
    const depth = path.length;
    const place = (): string => where + path.map((index) => `[${index}]`).join('');
    if (depth === shape.length) {
      if (typeof item === 'number' && Number.isFinite(item)) array.data[at++] = item;
      else if (gaps && item === null) array.data[at++] = NaN;
      else throw new ValueError(`${place()}: expected a number${gaps ? ', or null where it is missing' : ''}, found ${shownValue(item)}.`); // prettier-ignore
      return;
    }
    if (!Array.isArray(item)) throw new ValueError(`${place()}: expected a list of ${shape[depth] ?? 0}, found ${shownValue(item)}.`); // prettier-ignore
    if (item.length !== shape[depth]) {
      throw new ShapeError(`${place()}: has ${item.length} entries, and the first such list ${shape[depth] ?? 0}.`);
    }
    path.push(0);
    for (let k = 0; k < item.length; k++) {
      path[depth] = k;
      fill(item[k]);
    }
    path.pop();
  };
  fill(value);
  return array;
}

/** An array as rows of examples [n, …example]. @throws ShapeError for any other shape, or no examples */
export function asExamples(array: NdArray, example: readonly number[], where: string): NdArray {
  const { shape } = array;
  const width = sizeOf(example);
  const isOne = sameShape(shape, example);
  const count = isOne ? 1 : (shape[0] ?? 0);
  if (!isOne && (shape.length < 2 || sizeOf(shape.slice(1)) !== width)) {
    throw new ShapeError(`${where} must be [n, ${example.join(', ')}] or one of it, got ${formatShape(shape)}.`);
  }
  if (count === 0) throw new ShapeError(`${where} holds nothing, ${formatShape(shape)}.`);
  return array.reshape([count, ...example]);
}

/**
 * Rows as objects, a cell by its column's name. What a row does not say is missing; a column that no row has is not in the table,
 * unless it is needed.
 *
 * @param known the columns of the run's own table; others are left out, and said
 * @param needed those of them that the model reads: where no row has them, all their cells are missing
 * @throws ValueError for what is no row or no cell, with the place
 */
export function tableIn(
  value: unknown,
  where: string,
  { known, needed, onNotice }: { readonly known: readonly string[]; readonly needed: readonly string[]; readonly onNotice: (line: string) => void }, // prettier-ignore
): Table {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ValueError(`${where}: expected a list of rows, such as [{ ${JSON.stringify(known[0] ?? 'name')}: … }], found ${shownValue(value)}.`); // prettier-ignore
  }
  const columns = new Map(
    known.map((name) => [name, { cells: new Array<Cell>(value.length).fill(null), isThere: false }]),
  );
  const strays = new Set<string>();
  (value as readonly unknown[]).forEach((row, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new ValueError(`${where}[${index}]: expected a row as an object, found ${shownValue(row)}.`);
    }
    for (const [name, cell] of Object.entries(row as Readonly<Record<string, unknown>>)) {
      const column = columns.get(name);
      if (!column) {
        if (strays.size < 1000) strays.add(name);
        continue;
      }
      column.isThere = true;
      column.cells[index] = cellOf(cell, `${where}[${index}].${name}`);
    }
  });
  if (strays.size > 0) onNotice(strayText([...strays], known));
  // Rows of which no column is known are of another table.
  const isOther = strays.size > 0 && ![...columns.values()].some(({ isThere }) => isThere);
  const added = new Set(isOther ? [] : needed);
  const there = [...columns].filter(([name, { isThere }]) => isThere || added.has(name));
  return tableOf(there.map(([name, { cells }]) => ({ name, values: cells })));
}

function cellOf(cell: unknown, where: string): Cell {
  if (cell === null || typeof cell === 'string' || typeof cell === 'boolean') return cell;
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell;
  throw new ValueError(`${where}: expected a number, a text, true, false or null, found ${shownValue(cell)}.`);
}

function strayText(strays: readonly string[], known: readonly string[]): string {
  const shown = strays.slice(0, 5).map((name) => {
    const nearest = nearestName(name, known);
    return `'${name.slice(0, 100)}'${nearest === undefined ? '' : ` (did you mean '${nearest}'?)`}`;
  });
  const more = strays.length > 5 ? ` and ${strays.length - 5} more` : '';
  return `left out, as the run's table has no such column: ${shown.join(', ')}${more}.`;
}

/** The rows of a table as objects, for an answer. */
export function rowsOf({ columns, rowCount }: Table): Readonly<Record<string, Cell>>[] {
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])),
  );
}
