import { nameKey } from '../../io/index.ts';
import type { Table } from '../../io/index.ts';

/**
 * Which columns of another table are those of a trained model though they are written otherwise: ` Credit Limit`, `credit_limit` and
 * `CREDIT.LIMIT` are one name where the table has none that is written as the model's, and no second that could be meant.
 *
 * @returns the model's name for each name of the table that is another
 */
export function namesLike(table: Pick<Table, 'columns'>, known: readonly string[]): ReadonlyMap<string, string> {
  const there = new Set(table.columns.map(({ name }) => name));
  const wanted = byKey(known.filter((name) => !there.has(name)));
  const isKnown = new Set(known);
  const free = byKey(table.columns.map(({ name }) => name).filter((name) => !isKnown.has(name)));
  const meant = new Map<string, string>();
  for (const [key, names] of wanted) {
    const found = free.get(key) ?? [];
    if (names.length === 1 && found.length === 1) meant.set(found[0]!, names[0]!);
  }
  return meant;
}

function byKey(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = nameKey(name);
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return groups;
}
