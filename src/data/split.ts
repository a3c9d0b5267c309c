import { ValueError, counted } from '../core/index.ts';
import { permutation } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import { subset } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { purposeKey } from './streams.ts';

export interface TrainValidation {
  readonly train: Dataset;
  /** Absent when the fraction leaves it no example. */
  readonly validation?: Dataset;
}

/**
 * Holds out round(fraction · size) examples, chosen by the seed alone; both parts keep the data set's order.
 *
 * @param options.fraction in [0, 1)
 * @throws ValueError when nothing would be left to train on
 */
export function splitValidation(
  dataset: Dataset,
  options: { readonly fraction: number; readonly seed: number },
): TrainValidation {
  const { fraction, seed } = options;
  const held = choose(dataset.size, { fraction, key: purposeKey(seed, 'split'), what: 'splitValidation' });
  if (!held) return { train: dataset };
  return {
    train: subset(dataset, held.rest),
    validation: subset(dataset, held.chosen, { name: `${dataset.name} (validation)` }),
  };
}

/** The share of examples held out where a source has no test split of its own. */
export const defaultTestFraction = 0.1;

/**
 * Holds out round(fraction · size) examples as a test split, chosen by the seed alone, independent of the validation
 * split's choice; all parts keep the data set's order.
 *
 * @throws ValueError for a fraction outside [0, 1), or when nothing would be left to train on
 */
export function holdOutTest(
  dataset: Dataset,
  options: { readonly fraction: number; readonly seed: number },
): { readonly train: Dataset; readonly test?: Dataset } {
  const held = chooseTest(dataset.size, options);
  if (!held) return { train: dataset };
  return {
    train: subset(dataset, held.rest),
    test: subset(dataset, held.chosen, { name: `${dataset.name} (test)` }),
  };
}

/** The choice of `holdOutTest` among `size` examples; `undefined` when none are held out. */
export function chooseTest(
  size: number,
  { fraction, seed }: { readonly fraction: number; readonly seed: number },
): Choice | undefined {
  return choose(size, { fraction, key: purposeKey(seed, 'test'), what: 'test split' });
}

interface Choice {
  readonly chosen: Uint32Array;
  readonly rest: Uint32Array;
}

/** round(fraction · size) of the examples at random and the rest, each in order; undefined for none. */
function choose(
  size: number,
  options: { readonly fraction: number; readonly key: Key; readonly what: string },
): Choice | undefined {
  const { fraction, key, what } = options;
  if (!(fraction >= 0 && fraction < 1)) {
    throw new ValueError(`${what}: the fraction must lie in [0, 1), got ${fraction}.`);
  }
  const count = Math.round(fraction * size);
  if (count >= size) {
    throw new ValueError(`${what}: ${fraction} of ${counted(size, 'example')} leaves none to train on.`);
  }
  if (count === 0) return undefined;
  const order = permutation(key, size).data;
  return {
    chosen: Uint32Array.from(order.subarray(0, count)).sort(),
    rest: Uint32Array.from(order.subarray(count)).sort(),
  };
}

/** What was held out, for people. */
export function noteOfSplit({ train, test }: { readonly train: Dataset; readonly test?: Dataset | undefined }): string {
  return test
    ? `${test.size} of ${train.size + test.size} examples are held out as the test split.`
    : `no test split: all ${train.size} examples are for training.`;
}
