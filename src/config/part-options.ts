import { expectedOf, rule } from '../core/index.ts';
import type { OptionRule, OptionRules } from '../core/index.ts';
import type { Part } from '../parts/index.ts';
import type { DocumentedOptions } from './option-docs.generated.ts';
import { builtInParts, rowsOf } from './part-table.ts';
import type { BuiltInOptions, PartTable } from './part-table.ts';

/** Those of rows that `npm run build:models` has not seen yet. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- none, as the tree stands
type NewOptions = Omit<BuiltInOptions, keyof DocumentedOptions>;

/** One of the built-in parts by its name, or any as `{ name, …options }`. */
type Choice<Row extends Part> = Row['name'] | { readonly name: string; readonly [option: string]: unknown };

/** Which parts a model is made of, and their options, flat: docs/models.md describes each. */
export interface PartOptionsOfModel extends DocumentedOptions, NewOptions {
  /** p(z). Default: standard-normal. */
  readonly prior?: Choice<(typeof builtInParts)['prior'][number]>;
  /** q(z|x): how Σ(x) is parameterised. Default: diagonal. */
  readonly posterior?: Choice<(typeof builtInParts)['posterior'][number]>;
  /**
   * p(x|z). Default, by the data: `bernoulli` for images, `gaussian` for numbers outside [0, 1], `mixed` for tables (each
   * column a density of its own kind).
   */
  readonly likelihood?: Choice<(typeof builtInParts)['likelihood'][number]>;
  /** What encoder and decoder are. Default: dense; conv for images in colour or with more than 32 rows or columns. */
  readonly network?: Choice<(typeof builtInParts)['network'][number]>;
  /** What training minimises. Default: elbo. */
  readonly objective?: Choice<(typeof builtInParts)['objective'][number]>;
}

export const partOptionRules = {
  prior: choiceRule(builtInParts.prior),
  posterior: choiceRule(builtInParts.posterior),
  likelihood: choiceRule(builtInParts.likelihood),
  network: choiceRule(builtInParts.network),
  objective: choiceRule(builtInParts.objective),
  ...flatRules(builtInParts),
} as OptionRules<PartOptionsOfModel>;

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
