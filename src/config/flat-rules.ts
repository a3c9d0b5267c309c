import { expectedOf, rule } from '../core/index.ts';
import type { OptionRule } from '../core/index.ts';
import { rowsOf } from './part-table.ts';
import type { PartTable } from './part-table.ts';

/** The rules of all options of all parts, flat: what two parts call by one name may be what either of them takes. */
export function flatRules(parts: PartTable): Readonly<Record<string, OptionRule>> {
  const found = new Map<string, OptionRule[]>();
  for (const { options } of rowsOf(parts)) {
    for (const [name, option] of Object.entries(options)) {
      const rules = found.get(name) ?? [];
      if (!rules.some(({ expected }) => expected === option.rule.expected)) rules.push(option.rule);
      found.set(name, rules);
    }
  }
  return Object.fromEntries([...found].map(([name, rules]) => [name, anyOf(rules)]));
}

function anyOf(rules: readonly OptionRule[]): OptionRule {
  const texts = (value: unknown): string[] => rules.map((each) => expectedOf(each, value));
  return { ...rule.either(...rules), expectedOf: (value) => [...new Set(texts(value))].join(', or ') };
}

/** The rule of a part: one by its name, or `{ name, …options }`, whose options the configuration's schema judges. */
export function choiceRule(rows: readonly { readonly name: string }[]): OptionRule {
  const names = rule.oneOf(rows.map(({ name }) => name));
  return {
    expected: `${names.expected}, or { name, …options }`,
    accepts: (value) =>
      typeof value === 'string' ||
      (rule.object.accepts(value) && typeof (value as { name?: unknown }).name === 'string'),
  };
}
