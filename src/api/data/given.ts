import { ValueError } from '../../core/index.ts';
import type { Cell } from '../../io/index.ts';
import { permutation } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';

/**
 * What drawn examples are to have: a value by name, `{ colour: 'red', size: 3 }`, or shares of several, `{ colour: { red: 0.3, blue: 0.7 } }`;
 * as text `colour=red,size=3` and `colour=red:0.3,colour=blue:0.7`.
 */
export type Given = string | Readonly<Record<string, Cell | Readonly<Record<string, number>>>>;

/** The values of one name that are wanted, and their shares, which add up to 1. */
export interface GivenColumn {
  readonly name: string;
  /** Where its numbers begin in a condition. */
  readonly offset: number;
  readonly values: readonly { readonly cell: Cell; readonly numbers: Float32Array }[];
  readonly shares: readonly number[];
}

/**
 * `colour=red,size=3` as an object. What has no `=` belongs to the value before it, so that values may have commas; a name that comes
 * more than once has a share behind each value.
 *
 * @throws ValueError for text that is none
 */
export function parseGiven(text: string): Exclude<Given, string> {
  const pieces: string[] = [];
  for (const piece of text.split(',')) {
    if (piece.includes('=') || pieces.length === 0) pieces.push(piece);
    else pieces.push(`${pieces.pop() ?? ''},${piece}`);
  }
  const entries = pieces.map((piece) => {
    const at = piece.indexOf('=');
    const name = piece.slice(0, at).trim();
    if (at < 1 || name === '') throw new ValueError(`given: expected NAME=VALUE, got ${JSON.stringify(piece)}.`);
    return { name, value: piece.slice(at + 1).trim() };
  });
  const result: Record<string, Cell | Record<string, number>> = {};
  for (const name of new Set(entries.map((entry) => entry.name))) {
    const values = entries.flatMap((entry) => (entry.name === name ? [entry.value] : []));
    result[name] = values.length === 1 ? (values[0] ?? '') : sharesIn(name, values);
  }
  return result;
}

function sharesIn(name: string, values: readonly string[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const value of values) {
    const at = value.lastIndexOf(':');
    const share = at < 1 || value.slice(at + 1).trim() === '' ? NaN : Number(value.slice(at + 1));
    if (!(share >= 0)) {
      throw new ValueError(
        `given: '${name}' comes ${values.length} times, so each needs a share, ${name}=VALUE:SHARE; got ${JSON.stringify(`${name}=${value}`)}.`,
      );
    }
    const cell = value.slice(0, at).trim();
    if (cell in shares) throw new ValueError(`given: '${name}=${cell}' comes twice.`);
    shares[cell] = share;
  }
  return shares;
}

/** Which value each of `count` rows has: as many of each as its share says, to the nearest row, in any order. */
export function apportion({ shares }: Pick<GivenColumn, 'shares'>, count: number, key: Key): Uint32Array {
  const result = new Uint32Array(count);
  if (shares.length === 1) return result;
  const exact = shares.map((share) => share * count);
  const counts = exact.map(Math.floor);
  const left = count - counts.reduce((sum, each) => sum + each, 0);
  const remainder = (k: number): number => (exact[k] ?? 0) % 1;
  // The largest remainders get what is left (Hamilton's method).
  const order = exact.map((_, k) => k).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const k of order.slice(0, left)) counts[k] = (counts[k] ?? 0) + 1;
  const places = permutation(key, count).data;
  let at = 0;
  counts.forEach((each, k) => {
    for (let n = 0; n < each; n++) result[places[at++] ?? 0] = k;
  });
  return result;
}
