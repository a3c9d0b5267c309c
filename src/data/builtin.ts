import { ValueError } from '../core/index.ts';
import type { Shape } from '../core/index.ts';
import type { JsonValue } from '../io/index.ts';
import type { Dataset } from './dataset.ts';
import { digitSize, digitsDefaults, makeDigits } from './digits/digits.ts';
import { spriteSize } from './sprites/masks.ts';
import { makeSprites, spritesDefaults } from './sprites/sprites.ts';

/** A data source resolved: its training and test examples, and what made them. */
export interface DatasetSplits {
  /** What was asked for: a name or a folder. */
  readonly source: string;
  readonly train: Dataset;
  /** Absent when the source has no test split. */
  readonly test?: Dataset;
  /** What the source was made with, for `config.json`: resolving `source` with it again gives the same data. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** What a person should know: that labels are missing, for instance. */
  readonly notes: readonly string[];
}

/** What a source may be told; which ones it takes, `listDatasets` says. */
export interface DatasetOptions {
  /** Seed of data drawn by code; default 0. */
  readonly seed?: number;
  /** Training examples to draw. */
  readonly count?: number;
  /** Test examples to draw. */
  readonly testCount?: number;
}

/** A built-in data set, as `rootsigma datasets` lists it. */
export interface DatasetDescription {
  readonly name: string;
  readonly description: string;
  readonly sampleShape: Shape;
  /** Its options with their defaults. */
  readonly options: Readonly<Required<DatasetOptions>>;
}

interface Builtin extends DatasetDescription {
  readonly make: (options: Required<DatasetOptions>) => { train: Dataset; test?: Dataset };
}

const builtins: readonly Builtin[] = [
  {
    name: 'digits',
    description: 'handwriting-like digits 0-9, drawn by code; grey, with classes and factors',
    sampleShape: [digitSize, digitSize],
    options: { seed: digitsDefaults.seed, count: digitsDefaults.train, testCount: digitsDefaults.test },
    make: ({ seed, count, testCount }) => ({
      train: makeDigits({ seed, count }),
      test: makeDigits({ seed, count: testCount, split: 'test' }),
    }),
  },
  {
    name: 'sprites',
    description:
      "squares, ellipses and hearts of dSprites' factor grid, drawn by code; binary, with classes and factors",
    sampleShape: [spriteSize, spriteSize],
    options: { seed: spritesDefaults.seed, count: spritesDefaults.train, testCount: spritesDefaults.test },
    make: makeSprites,
  },
];

/** The data sets that need no files. */
export function listDatasets(): readonly DatasetDescription[] {
  return builtins.map(({ name, description, sampleShape, options }) => ({ name, description, sampleShape, options }));
}

/**
 * A built-in data set by name, or `undefined` when there is none of that name.
 *
 * @throws ValueError for an option that it does not take
 */
export function makeBuiltinDataset(name: string, options: DatasetOptions = {}): DatasetSplits | undefined {
  const builtin = builtins.find((candidate) => candidate.name === name);
  if (!builtin) return undefined;
  const unknown = Object.keys(options).find((key) => !(key in builtin.options));
  if (unknown !== undefined) {
    throw new ValueError(`${name}: unknown option '${unknown}'; known are ${Object.keys(builtin.options).join(', ')}.`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const complete = { ...builtin.options, ...given };
  return { source: name, ...builtin.make(complete), options: complete, notes: [] };
}
