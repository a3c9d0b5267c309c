import type { OptionRules } from '../core/index.ts';
import type { Part } from '../parts/index.ts';
import { choiceRule, flatRules } from './flat-rules.ts';
import type { DocumentedOptions } from './option-docs.generated.ts';
import { builtInParts } from './part-table.ts';
import type { BuiltInOptions } from './part-table.ts';

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
