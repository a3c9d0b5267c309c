import type { Cell } from '../../io/index.ts';

/** What stands for "no value", besides an empty field. */
const missingTexts = new Set(['', 'na', 'n/a', 'nan', 'null', '?']);
const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * No value: nothing stored, one of the usual texts (`NA`, `n/a`, `NaN`, `null`, `?` in any case, and Python's `None`, but not
 * "none", which is an answer), or a number that is not finite.
 */
export function isMissing(cell: Cell | undefined): cell is null {
  if (cell === null || cell === undefined) return true;
  if (typeof cell === 'number') return !Number.isFinite(cell);
  if (typeof cell !== 'string') return false;
  const text = cell.trim();
  return text === 'None' || (text.length < 5 && missingTexts.has(text.toLowerCase()));
}

/** The number that a cell holds, or NaN. */
export function numberOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string') return NaN;
  const text = cell.trim();
  return numberText.test(text) ? Number(text) : NaN;
}

const pairs: readonly (readonly [no: string, yes: string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['f', 't'],
  ['n', 'y'],
  ['off', 'on'],
  ['0', '1'],
  ['nein', 'ja'],
  ['non', 'oui'],
  ['no', 'sí'],
  ['no', 'si'],
];

/** Two cells that mean no and yes (`0.0` and `1.0` too), in this order; `undefined` for any others. */
export function noAndYes(cells: readonly Cell[]): readonly [NonNullable<Cell>, NonNullable<Cell>] | undefined {
  const [a, b, ...others] = cells;
  if (a === null || b === null || a === undefined || b === undefined || others.length > 0) return undefined;
  const means = (cell: Cell, word: string): boolean =>
    keyOf(cell).toLowerCase() === word || (word < '2' && numberOf(cell) === Number(word));
  for (const [no, yes] of pairs) {
    if (means(a, no) && means(b, yes)) return [a, b];
    if (means(b, no) && means(a, yes)) return [b, a];
  }
  return undefined;
}

/** What makes two cells the same category: `" a"` and `"a"`, 1 and `"1"`. */
export function keyOf(cell: Cell): string {
  return String(cell).trim();
}
