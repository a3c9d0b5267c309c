import { expect, it, vi } from 'vitest';
import { noticesTo, printable, printableJson } from './index.ts';

/** Codes of a terminal (C0, C1, DEL), direction overrides, separators, invisible marks. */
const hostile = '\u001b[31mred\u009b2J\u0007\r\n\t\u007f\u202Egpj.exe\u2066\u2028\u200F\u061C\uFEFF\u{E0041}';

it('writes out what would act on a terminal', () => {
  expect(printable(hostile)).toBe(
    '\\x1b[31mred\\x9b2J\\x07\\r\\n\\t\\x7f\\u202egpj.exe\\u2066\\u2028\\u200f\\u061c\\ufeff\\u{e0041}',
  );
});

it('leaves all else alone', () => {
  const text = 'Σ^½ ε ~ N(0, I): naïve, 日本語, עברית, العربية, می‌خواهم, 👩‍👩‍👧, a\u0301';
  expect(printable(text)).toBe(text);
});

it('keeps JSON the same value', () => {
  const value = { [hostile]: [hostile, 1, null] };
  const json = printableJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(printable(json)).toBe(json);
});

it('sends notices to the console, to a function or nowhere', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const lines: string[] = [];
  noticesTo(undefined)('a\u001bb');
  noticesTo('silent')('b');
  noticesTo((line) => lines.push(line))('c\u001bd');
  expect(warn.mock.calls).toEqual([['rootsigma: a\\x1bb']]);
  expect(lines).toEqual(['c\u001bd']);
  warn.mockRestore();
});
