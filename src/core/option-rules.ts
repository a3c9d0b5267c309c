import { ValueError } from './errors.ts';

/** What an option may be, in words and as a test. `undefined` is left out, and always right. */
export interface OptionRule<T = unknown> {
  /** As in 'must be a whole number of at least 1'. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** For the compiler alone: what it lets through. */
  readonly type?: T;
}

/** A rule for every option of `T`: the compiler misses one that was forgotten. */
export type OptionRules<T> = Readonly<Record<keyof T, OptionRule>>;

/**
 * Checks an options object as the compiler would, for callers without one: every name known, every value of its kind and
 * range.
 *
 * @param operation whose options they are, for messages
 * @throws ValueError naming the option, what was given, and for an unknown one the nearest known
 */
export function checkOptions<T extends object>(operation: string, options: T, rules: OptionRules<T>): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ValueError(`${operation}: options must be an object, got ${shown(given)}.`);
  }
  const byName: Readonly<Record<string, OptionRule>> = rules;
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (!rule) throw unknownOption(operation, name, Object.keys(byName));
    if (value !== undefined && !rule.accepts(value)) throw wrongValue(`${operation}: ${name}`, value, rule);
  }
}

/** Checks one value, such as an argument beside the options. @throws ValueError */
export function checkValue(what: string, value: unknown, rule: OptionRule): void {
  if (!rule.accepts(value)) throw wrongValue(what, value, rule);
}

function wrongValue(what: string, value: unknown, { expected }: OptionRule): ValueError {
  return new ValueError(`${what} must be ${expected}, got ${shown(value)}.`);
}

/** The error for an option that there is not. */
export function unknownOption(operation: string, name: string, known: readonly string[]): ValueError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  const list = known.length === 0 ? 'it takes none' : `known are ${known.join(', ')}`;
  return new ValueError(`${operation}: unknown option '${name}'${hint === '' ? `; ${list}` : `${hint} (${list})`}.`);
}

/** The name that a slip of the hand would make `name` of, if there is one. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }));
  const [best] = ranked.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.each : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (Damerau–Levenshtein, each place edited once). */
function editDistance(a: string, b: string): number {
  let [twoAgo, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const edits = [(last[j - 1] ?? 0) + (same ? 0 : 1), (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits.push((twoAgo[j - 2] ?? 0) + 1);
      row.push(Math.min(...edits));
    }
    [twoAgo, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 39)}…` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : `[${value.map(shown).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** A whole number from `least` to `most`. Default: to 2^53 − 1. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): OptionRule<number> {
  return {
    expected: `a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** Of random numbers: 0 to 2^53 − 1. */
export const seed: OptionRule<number> = { ...whole(0), expected: 'a whole number from 0 to 2^53 − 1' };

export interface NumberRange {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
}

/** A finite number in a range, each end of it open or closed. */
export function number(range: NumberRange = {}): OptionRule<number> {
  const { least, above, most, below } = range;
  return {
    expected: `a number${rangeText(range)}`,
    accepts: (value) =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= (least ?? -Infinity) &&
      value <= (most ?? Infinity) &&
      (above === undefined || value > above) &&
      (below === undefined || value < below),
  };
}

function rangeText({ least, above, most, below }: NumberRange): string {
  const [lower, upper] = [least ?? above, most ?? below];
  if (lower !== undefined && upper !== undefined) {
    return ` in ${least === undefined ? '(' : '['}${lower}, ${upper}${most === undefined ? ')' : ']'}`;
  }
  if (lower !== undefined) return least === undefined ? ` above ${lower}` : ` of at least ${lower}`;
  return upper === undefined ? '' : most === undefined ? ` below ${upper}` : ` of at most ${upper}`;
}

export function oneOf<const T>(choices: readonly T[]): OptionRule<T> {
  return { expected: `one of ${choices.map(shown).join(', ')}`, accepts: (value) => choices.includes(value as T) };
}

/** A list of `least` entries or more, each of which fits `rule`; typed arrays are lists too. */
export function listOf<T>(rule: OptionRule<T>, what: string, least = 0): OptionRule<readonly T[]> {
  const isList = (value: unknown): value is readonly unknown[] =>
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return {
    expected: `a list of ${what}${least > 0 ? `, at least ${least}` : ''}`,
    accepts: (value) => isList(value) && value.length >= least && Array.from(value).every(rule.accepts),
  };
}

export function either<T extends readonly unknown[]>(
  ...rules: { readonly [K in keyof T]: OptionRule<T[K]> }
): OptionRule<T[number]> {
  return {
    expected: rules.map(({ expected }) => expected).join(', or '),
    accepts: (value) => rules.some(({ accepts }) => accepts(value)),
  };
}

export const flag: OptionRule<boolean> = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const text: OptionRule<string> = {
  expected: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const callback: OptionRule = { expected: 'a function', accepts: (value) => typeof value === 'function' };
export const object: OptionRule<object> = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
export const signal: OptionRule = {
  expected: 'an AbortSignal',
  accepts: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
};
export const notice: OptionRule = either(callback, oneOf(['silent']));
/** What the operation itself judges. */
export const anything: OptionRule = { expected: 'anything', accepts: () => true };
