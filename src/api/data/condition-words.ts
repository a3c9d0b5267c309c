import type { TableEncoder } from '../../data/index.ts';
import type { Cell } from '../../io/index.ts';

type ColumnState = TableEncoder['state']['columns'][number];

/** Values that are listed; of more it is said how many there are. */
const mostShown = 12;

/** What a column of a condition may be, in words. @param isTaken which of the levels in order any training example has */
export function valuesText(state: ColumnState, isTaken: (place: number) => boolean): string {
  const list = (cells: readonly Cell[]): string => {
    const shown = cells.slice(0, mostShown).map(String);
    return cells.length > mostShown ? `${shown.join(', ')}, … (${cells.length} in all)` : orList(shown);
  };
  switch (state.kind) {
    case 'categorical':
      return list(state.levels);
    case 'ordinal':
      return list(state.levels.filter((_, k) => isTaken(k)));
    case 'boolean':
      return orList(state.values.map(String));
    case 'numeric': {
      const what = state.integer ? 'a whole number' : `a number${digits(state.decimals)}`;
      return `${what} from ${state.min} to ${state.max}`;
    }
    case 'datetime':
      return `a date as ${state.format ?? 'YYYY-MM-DD'}, within those of training`;
    default:
      return 'unknown';
  }
}

/** What the numbers of a column of a condition are. */
export function meaning(state: ColumnState | undefined, kind: string): string {
  if (state?.kind === 'boolean') return `0 for ${state.values[0]}, 1 for ${state.values[1]}`;
  if (state?.kind === 'ordinal') return `one-hot: ${state.levels.join(', ')}`;
  if (state?.kind === 'categorical') return `one-hot: ${[...state.levels, 'any other'].join(', ')}`;
  if (state && 'transform' in state) {
    const { transform } = state;
    const what = state.kind === 'datetime' ? 'milliseconds since 1970' : 'the value';
    if (transform.name === 'standard') return `(${what} − ${transform.mean}) / ${transform.stddev}`;
    return `the normal score of ${what} (config.json has its quantiles)`;
  }
  return kind;
}

function digits(decimals: number | undefined): string {
  return decimals === undefined ? '' : ` with at most ${decimals} decimals`;
}

export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
