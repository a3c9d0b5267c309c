import { ValueError, formatShape, sizeOf, stridesOf } from '../core/index.ts';
import { TableEncoder } from '../data/index.ts';
import type { Dataset, Support } from '../data/index.ts';
import type { RunConfig } from '../io/index.ts';
import { bernoulliFamily, likelihoodFamily, mixedFamily } from '../models/index.ts';
import type { LikelihoodFamily } from '../models/index.ts';

export type LikelihoodName = RunConfig['model']['likelihood'];

/** The likelihood that data of this support get when nobody asks for another. */
export const defaultLikelihoods: Readonly<Record<Support, LikelihoodName>> = {
  'unit-interval': 'bernoulli',
  real: 'gaussian',
  table: 'mixed',
};

/** Numbers spread evenly over [0, 1] have this variance. */
const unitIntervalVariance = 1 / 12;

/** The family that a configuration describes. @throws ValueError when it does not fit the data */
export function likelihoodFor({ data, model }: Pick<RunConfig, 'data' | 'model'>): LikelihoodFamily {
  const { likelihood, stddev, classes } = model;
  const support = data.support ?? 'unit-interval';
  const inputSize = sizeOf(data.shape);
  const scale = stddev === undefined ? {} : { stddev };
  if (likelihood === 'mixed' && data.table) {
    return mixedFamily({ inputSize, blocks: new TableEncoder(data.table).blocks, ...scale });
  }
  if (likelihood === 'mixed' || support === 'table') {
    throw new ValueError(
      `likelihood: tables, and no other data, go with 'mixed'; these are ${support} with '${likelihood}'.`,
    );
  }
  return likelihoodFamily(
    { likelihood, ...scale, ...(classes !== undefined && { classes }) },
    { inputSize, variance: support === 'unit-interval' ? unitIntervalVariance : 1 },
  );
}

/** Examples that are looked at for values that a likelihood does not take. */
const checkedExamples = 1000;

/**
 * Looks at the first thousand examples.
 *
 * @throws ValueError naming the first value that the likelihood has no density for, and likelihoods that would take it
 */
export function checkSupport(operation: string, dataset: Dataset, config: RunConfig): void {
  const family = likelihoodFor(config);
  const shape = dataset.sampleShape;
  const inputSize = sizeOf(shape);
  // What is made binary must first lie in [0, 1].
  const { support } = config.data.binarize === 'none' ? family : bernoulliFamily({ inputSize });
  const example = new Float32Array(inputSize);
  const seen = new ValueKinds();
  let wrong: { readonly index: number; readonly at: number; readonly value: number } | undefined;
  for (let index = 0; index < Math.min(dataset.size, checkedExamples); index++) {
    dataset.gather(Uint32Array.of(index), example);
    seen.add(example);
    const at = wrong ? -1 : support.firstOutside(example);
    if (at >= 0) wrong = { index, at, value: example[at] ?? NaN };
  }
  if (!wrong) return;
  const { index, at, value } = wrong;
  const place = stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % (shape[axis] ?? 1));
  throw new ValueError(
    `${operation}: example ${index} holds ${value} at ${formatShape(place)}; a ${family.name} likelihood takes ${support.description}. ${seen.advice()}`,
  );
}

/** What kinds of numbers the data turned out to be. */
class ValueKinds {
  #finite = true;
  #unit = true;
  #whole = true;

  add(values: Float32Array): void {
    for (const value of values) {
      this.#finite &&= Number.isFinite(value);
      this.#unit &&= value >= 0 && value <= 1;
      this.#whole &&= Number.isInteger(value) && value >= 0;
    }
  }

  advice(): string {
    if (!this.#finite)
      return 'No likelihood takes a number that is not finite: remove it, or read the data as a table.';
    if (this.#unit && this.#whole) return "'bernoulli' would take these zeros and ones.";
    if (this.#unit) return "'continuous-bernoulli' or 'gaussian' would take these numbers in [0, 1].";
    if (this.#whole) return "'poisson' would take these counts.";
    return "'gaussian' or 'laplace' would take these numbers.";
  }
}
