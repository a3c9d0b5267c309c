import { ValueError } from './errors.ts';
import { shownValue } from './shown-value.ts';

/** What an option may be, in words and as a test. `undefined` is left out, and always right. */
export interface OptionRule<T = unknown> {
  /** As in 'must be a whole number of at least 1'. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The same for one value that is not accepted, where that can be said more simply: of an entry of an object, say. */
  readonly expectedOf?: (value: unknown) => string;
  /** Of one of some values: which. */
  readonly choices?: readonly T[];
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
    throw new ValueError(`${operation}: options must be an object, got ${shownValue(given)}.`);
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

function wrongValue(what: string, value: unknown, rule: OptionRule): ValueError {
  return new ValueError(`${what} must be ${expectedOf(rule, value)}, got ${shownValue(value)}.`);
}

/** What a rule expects, in words, in place of a value that it does not accept. */
export function expectedOf(rule: OptionRule, value: unknown): string {
  return rule.expectedOf?.(value) ?? rule.expected;
}

/** The error for an option that there is not. */
export function unknownOption(operation: string, name: string, known: readonly string[]): ValueError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  const list = known.length === 0 ? 'it takes none' : `known are ${known.join(', ')}`;
  return new ValueError(`${operation}: unknown option '${name}'${hint === '' ? `; ${list}` : `${hint} (${list})`}.`);
}

/** The name that a slip of the hand would make `name` of, if there is one. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
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
