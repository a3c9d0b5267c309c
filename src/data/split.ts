import { ValueError } from '../core/index.ts';
import { permutation } from '../random/index.ts';
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
  if (!(fraction >= 0 && fraction < 1)) {
    throw new ValueError(`splitValidation: the fraction must lie in [0, 1), got ${fraction}.`);
  }
  const held = Math.round(fraction * dataset.size);
  if (held >= dataset.size) {
    throw new ValueError(`splitValidation: ${fraction} of ${dataset.size} examples leaves none to train on.`);
  }
  if (held === 0) return { train: dataset };
  const order = permutation(purposeKey(seed, 'split'), dataset.size).data;
  return {
    train: subset(dataset, Uint32Array.from(order.subarray(held)).sort()),
    validation: subset(dataset, Uint32Array.from(order.subarray(0, held)).sort(), {
      name: `${dataset.name} (validation)`,
    }),
  };
}
