import type { Shape } from '../core/index.ts';
import type { Dataset } from './dataset.ts';
import { digitSize, digitsDefaults, makeDigits } from './digits/digits.ts';
import { checkOptions } from './source.ts';
import type { DatasetOptions, DatasetSplits } from './source.ts';
import { spriteSize } from './sprites/masks.ts';
import { makeSprites, spritesDefaults } from './sprites/sprites.ts';

/** A built-in data set, as `rootsigma datasets` lists it. */
export interface DatasetDescription {
  readonly name: string;
  readonly description: string;
  readonly sampleShape: Shape;
  /** Training and test examples, unless told otherwise. */
  readonly count: number;
  readonly testCount: number;
  /** Its options with their defaults; none for what is downloaded. */
  readonly options: DatasetOptions;
  /** Megabytes that are downloaded once; absent for what is drawn by code. */
  readonly download?: number;
  /** Debian's package of it: where that is installed, nothing is downloaded. */
  readonly package?: string;
}

interface DrawnOptions {
  readonly seed: number;
  readonly count: number;
  readonly testCount: number;
}

interface Drawn extends DatasetDescription {
  readonly options: DrawnOptions;
  readonly make: (options: DrawnOptions) => { train: Dataset; test?: Dataset };
}

const drawn: readonly Drawn[] = [
  {
    name: 'digits',
    description: 'handwriting-like digits 0-9, drawn by code; grey, with classes and factors',
    sampleShape: [digitSize, digitSize],
    ...optionsOf(digitsDefaults),
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
    ...optionsOf(spritesDefaults),
    make: makeSprites,
  },
];

function optionsOf({ seed, train, test }: { seed: number; train: number; test: number }) {
  return { count: train, testCount: test, options: { seed, count: train, testCount: test } };
}

const mnistLayout = { sampleShape: [28, 28], count: 60_000, testCount: 10_000, options: {} } as const;
const downloaded: readonly DatasetDescription[] = [
  {
    name: 'mnist',
    description: 'handwritten digits 0-9 (LeCun et al. 1998); grey, with classes',
    ...mnistLayout,
    download: 11.6,
  },
  {
    name: 'fashion-mnist',
    description: 'pictures of clothes (Xiao et al. 2017); grey, with classes',
    ...mnistLayout,
    download: 30.9,
    package: 'dataset-fashion-mnist',
  },
];

/** The data sets that have a name: drawn by code, or (in Node) taken from an installed package or downloaded once. */
export function listDatasets(): readonly DatasetDescription[] {
  const described = drawn.map(({ name, description, sampleShape, count, testCount, options }) => {
    return { name, description, sampleShape, count, testCount, options };
  });
  return [...described, ...downloaded];
}

/**
 * A data set drawn by code, by name, or `undefined` when there is none of that name.
 *
 * @throws ValueError for an option that it does not take
 */
export function makeBuiltinDataset(name: string, options: DatasetOptions = {}): DatasetSplits | undefined {
  const found = drawn.find((candidate) => candidate.name === name);
  if (!found) return undefined;
  const known = Object.keys(found.options) as (keyof DatasetOptions)[];
  const complete = { ...found.options, ...checkOptions(name, options, known) } as DrawnOptions;
  return { source: name, ...found.make(complete), options: { ...complete }, notes: [] };
}
