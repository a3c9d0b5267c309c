import type { Cell } from '../../io/index.ts';
import { candidatesOf } from './dates/candidates.ts';
import { findDates } from './dates/index.ts';
import type { FoundDates } from './dates/index.ts';
import type { TypedColumn } from './typed-table.ts';

/** How a column writes its dates, and which of its cells are none. */
export interface ColumnDates extends FoundDates {
  /** Cells that hold a value and are no dates of the format: how many, and the first of them. */
  readonly odd: { readonly count: number; readonly examples: readonly OddCell[] };
}

export interface OddCell {
  readonly cell: Cell;
  /** `line 19` */
  readonly where: string;
}

/** With more cells that are none, a column is none of dates. */
const mostOdd = 0.05;
/** Odd cells that are named. */
const mostNamed = 3;
/** Cells that are looked at first: most columns are no dates. */
const mostProbed = 24;

/**
 * How the column writes dates; `undefined` where it holds none. Where more than a twentieth of the cells do not fit the pattern
 * of most, `isDates` says no: it is for a message then.
 *
 * @param like the order of day and month in other columns of the file
 */
export function datesIn(
  column: TypedColumn,
  { like }: { readonly like?: FoundDates['order'] } = {},
): ColumnDates | undefined {
  if (!probe(column)) return undefined;
  const levels = column.levels() ?? [];
  const found = findDates(
    levels.map(({ cell }) => String(cell)),
    { ...(like && { like }) },
  );
  if (!found) return undefined;
  const odd = found.misfits.map((place) => levels[place]!);
  return {
    ...found,
    odd: {
      count: odd.reduce((sum, { count }) => sum + count, 0),
      examples: odd.slice(0, mostNamed).map(({ cell, first }) => ({ cell, where: column.where(first) })),
    },
  };
}

/** Whether nearly all cells are dates. */
export function isDates({ odd }: ColumnDates, column: TypedColumn): boolean {
  return odd.count <= mostOdd * column.present;
}

/** Whether some cells look like dates: spread ones, where those hold values. */
function probe(column: TypedColumn): boolean {
  let [seen, like] = [0, 0];
  for (let k = 0; k < mostProbed; k++) {
    const cell = column.cell(Math.floor((k * column.length) / mostProbed));
    if (cell === null) continue;
    seen++;
    if (candidatesOf(String(cell)).length > 0) like++;
  }
  return 2 * like >= seen;
}
