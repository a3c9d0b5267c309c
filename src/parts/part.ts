import type { OptionRule } from '../core/index.ts';

/** What a model is put together from. */
export type PartKind = 'prior' | 'posterior' | 'likelihood' | 'network' | 'objective';

/** What decides about the default of an option, besides the option itself. */
export interface DataShape {
  /** Shape of one example. */
  readonly shape: readonly number[];
}

/** One option of a part: everything that configuration, API, command line and documents say of it. */
export interface PartOption<T = unknown, Always extends boolean = boolean> {
  /** What it may be. */
  readonly rule: OptionRule<T>;
  /** One line, as `--help` and docs/models.md have it: `columns of W in D + W Wᵀ`. Its default is said after it. */
  readonly help: string;
  /** What a configuration gets where nobody says otherwise. Without one the option may be absent. */
  readonly default?: T | ((data: DataShape) => T | undefined) | undefined;
  /** Whether it is always there when the part is built: it has a default that is a value. */
  readonly isAlways: Always;
  /** The default in words, where its value says too little: `the data's last axis`. */
  readonly defaultText?: string | undefined;
  /** Whether it may change over the steps: a number or a `Schedule`; the objective gets its value at each step as a tensor. */
  readonly isScheduled?: boolean | undefined;
}

/** Options of a part by their names. */
export type PartOptions = Readonly<Record<string, PartOption>>;

/** What a part is built from: the values of its options. */
export type ValuesOf<O extends PartOptions> = {
  readonly [K in keyof O as O[K] extends PartOption<unknown, true> ? K : never]: ValueOf<O[K]>;
} & {
  readonly [K in keyof O as O[K] extends PartOption<unknown, true> ? never : K]?: ValueOf<O[K]> | undefined;
};

type ValueOf<O> = O extends { readonly rule: OptionRule<infer T> } ? T : never;

/**
 * A row of the table of parts, beside the code that it is about. Configuration, types, flags, help, the model card and
 * docs/models.md are derived from the rows, so that a part is one file and one line in its kind's list.
 */
export interface Part<
  Kind extends PartKind = PartKind,
  Name extends string = string,
  O extends PartOptions = PartOptions,
> {
  readonly kind: Kind;
  /** As in config.json and on the command line: lower case, words parted by hyphens. */
  readonly name: Name;
  /** One line: what it is. */
  readonly summary: string;
  /** One line: when to choose it. */
  readonly when: string;
  /** In plain text or TeX-free Unicode: `Σ = D + W Wᵀ`. */
  readonly formula?: string;
  /** Authors, year, title: where it comes from. */
  readonly paper?: string;
  readonly options: O;
  /** How a model card names it with these options. Default: its name. */
  describe?(options: ValuesOf<O>): string;
}

/** An option that is always there. */
export function option<T>(
  rule: OptionRule<T>,
  about: {
    readonly help: string;
    readonly default: NoInfer<T>;
    readonly defaultText?: string;
    readonly isScheduled?: boolean;
  },
): PartOption<T, true> {
  return { rule, ...about, isAlways: true };
}

/** An option that may be absent, or whose default the data decide. */
export function optional<T>(
  rule: OptionRule<T>,
  about: {
    readonly help: string;
    readonly default?: (data: DataShape) => NoInfer<T> | undefined;
    readonly defaultText?: string;
  },
): PartOption<T, false> {
  return { rule, ...about, isAlways: false };
}
