// The rules that options are checked by; core's index gives them as `rule`: `rule.whole(1)`.
import type { OptionRule } from './option-rules.ts';
import { shownValue } from './shown-value.ts';

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
  const expected = `one of ${choices.map(shownValue).join(', ')}`;
  return { expected, accepts: (value) => choices.includes(value as T), choices };
}

/** A list of `least` to `most` entries, each of which fits `rule`; typed arrays are lists too. */
export function listOf<T>(rule: OptionRule<T>, what: string, least = 0, most = Infinity): OptionRule<readonly T[]> {
  const isList = (value: unknown): value is readonly unknown[] =>
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const upTo = most.toLocaleString('en');
  return {
    expected:
      least === 0
        ? `a list of ${what}${most < Infinity ? `, up to ${upTo}` : ''}`
        : `a list of ${least} ${most < Infinity ? `to ${upTo}` : 'or more'} ${what}`,
    accepts: (value) =>
      isList(value) && value.length >= least && value.length <= most && Array.from(value).every(rule.accepts),
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
