import { ValueError } from '../../core/index.ts';
import type { Cell } from '../../io/index.ts';
import { permutation } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';

/** Bounds of a number, a date or a level, which both must keep. */
export interface GivenRange {
  readonly above?: Cell;
  readonly least?: Cell;
  readonly below?: Cell;
  readonly most?: Cell;
}

/**
 * What drawn examples are to have: a value by name, `{ colour: 'red', size: 3 }`, shares of several, `{ colour: { red: 0.3, blue: 0.7 } }`, or
 * of a column that a table's model draws a range, `{ age: { above: 60 } }`; as text `colour=red,size=3`, `colour=red:0.3,colour=blue:0.7` and
 * `age>60`.
 */
export type Given = string | Readonly<Record<string, Cell | Readonly<Record<string, number>> | GivenRange>>;

/** As text has it: names by values, or shares of them. */
export type GivenShares = Readonly<Record<string, Cell | Readonly<Record<string, number>>>>;

export type Operator = '=' | '>' | '>=' | '<' | '<=';

/** One thing that is asked of a name. */
export interface Clause {
  readonly name: string;
  readonly operator: Operator;
  readonly value: Cell;
  /** Among several values of the name. */
  readonly share?: number;
}

/** The values of one name that are wanted, and their shares, which add up to 1. */
export interface GivenColumn {
  readonly name: string;
  /** Where its numbers begin in a condition. */
  readonly offset: number;
  readonly values: readonly { readonly cell: Cell; readonly numbers: Float32Array }[];
  readonly shares: readonly number[];
}

const rangeOperators = { above: '>', least: '>=', below: '<', most: '<=' } as const;

function isRange(what: object): what is GivenRange {
  return Object.keys(what).length > 0 && Object.keys(what).every((name) => name in rangeOperators);
}

/**
 * What is asked, one by one. In text, what has no operator belongs to the value before it, so that values may have commas; a name
 * that comes more than once with `=` has a share behind each value.
 *
 * @throws ValueError for text that is none
 */
export function clausesOf(given: Given): Clause[] {
  if (typeof given === 'string') return clausesIn(given);
  return Object.entries(given).flatMap(([name, what]): Clause[] => {
    if (typeof what !== 'object' || what === null) return [{ name, operator: '=', value: what }];
    if (isRange(what)) {
      return Object.entries(what).map(([bound, value]: [string, Cell]) => ({ name, operator: rangeOperators[bound as keyof GivenRange], value })); // prettier-ignore
    }
    return Object.entries(what).map(([value, share]) => ({ name, operator: '=', value, share: share }));
  });
}

const clauseText = /^([^<>=]*)(<=|>=|=|<|>)(.*)$/s;

function clausesIn(text: string): Clause[] {
  const pieces: string[] = [];
  for (const piece of text.split(',')) {
    if (clauseText.test(piece) || pieces.length === 0) pieces.push(piece);
    else pieces.push(`${pieces.pop() ?? ''},${piece}`);
  }
  const clauses = pieces.map((piece): Clause => {
    const [, name = '', operator = '', value = ''] = clauseText.exec(piece) ?? [];
    if (name.trim() === '')
      throw new ValueError(`given: expected NAME=VALUE, or NAME>VALUE, got ${JSON.stringify(piece)}.`);
    return { name: name.trim(), operator: operator as Operator, value: value.trim() };
  });
  const times = (name: string): number =>
    clauses.filter((clause) => clause.name === name && clause.operator === '=').length;
  return clauses.map((clause) => (clause.operator === '=' && times(clause.name) > 1 ? withShare(clause) : clause));
}

function withShare(clause: Clause): Clause {
  const value = String(clause.value);
  const at = value.lastIndexOf(':');
  const share = at < 1 || value.slice(at + 1).trim() === '' ? NaN : Number(value.slice(at + 1));
  if (share >= 0) return { ...clause, value: value.slice(0, at).trim(), share };
  if (share < 0) {
    throw new ValueError(
      `given: the shares of '${clause.name}' must be numbers of at least 0, got ${JSON.stringify(`${clause.name}=${value}`)}.`,
    );
  }
  throw new ValueError(
    `given: '${clause.name}' comes more than once, so each needs a share, ${clause.name}=VALUE:SHARE; got ${JSON.stringify(`${clause.name}=${value}`)}.`,
  );
}

/** Clauses with `=` by name. @throws ValueError for a value that comes twice, or one beside shares */
export function mergedGiven(clauses: readonly Clause[]): GivenShares {
  const result: Record<string, Cell | Record<string, number>> = {};
  for (const { name, value, share } of clauses) {
    if (share === undefined) {
      result[name] = value;
      continue;
    }
    const shares = (result[name] ??= {});
    const cell = String(value);
    if (typeof shares !== 'object' || cell in shares) throw new ValueError(`given: '${name}=${cell}' comes twice.`);
    shares[cell] = share;
  }
  return result;
}

/** `age > 60 and smoker = yes` */
export function conditionsText(clauses: readonly Clause[]): string {
  return clauses.map(({ name, operator, value }) => `${name} ${operator} ${String(value)}`).join(' and ');
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
