import { ValueError, formatShape, sizeOf, stridesOf, takeTurns } from '../../core/index.ts';
import { TableEncoder, examplesOf, numbersOf } from '../../data/index.ts';
import type { Dataset, Standardization, Support } from '../../data/index.ts';
import { builtInParts } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { bernoulliFamily, likelihoodFamily } from '../../models/index.ts';
import type { DataSupport, LikelihoodFamily, LikelihoodRow } from '../../models/index.ts';
import { partNamed } from '../../parts/index.ts';
import { readExamples } from '../data/data.ts';
import { isOfUnitInterval, unitAdvice } from './outside-unit.ts';

/** The likelihood that data of this support get when nobody asks for another. */
export const defaultLikelihoods: Readonly<Record<Support, string>> = {
  'unit-interval': 'bernoulli',
  real: 'gaussian',
  table: 'mixed',
};

/** Numbers spread evenly over [0, 1] have this variance. */
const unitIntervalVariance = 1 / 12;

/** What the parts of a configuration are made with. */
export interface PartContext {
  /** The table in which its parts stand. Default: the built-in ones. */
  readonly parts?: PartTable | undefined;
  /** Of the run's data, where it has one: without it, densities are not in the data's units. */
  readonly standardization?: Standardization | undefined;
}

/** The row of a configuration's likelihood: what it says of itself decides about data and scores, and not its name. */
export function likelihoodRowOf(
  { likelihood }: Pick<RunConfig['model'], 'likelihood'>,
  parts: PartTable = builtInParts,
): LikelihoodRow {
  return partNamed<LikelihoodRow>('likelihood', likelihood.name, parts.likelihood);
}

/** The family that a configuration describes. @throws ValueError when it does not fit the data */
export function likelihoodFor(
  { data, model }: Pick<RunConfig, 'data' | 'model'>,
  { parts = builtInParts, standardization }: PartContext = {},
): LikelihoodFamily {
  const row = likelihoodRowOf(model, parts);
  const { isOfTables = false } = row;
  const support = data.support ?? 'unit-interval';
  if (isOfTables !== (support === 'table') || (isOfTables && !data.table)) {
    const ofTables = parts.likelihood.filter((each) => each.isOfTables).map(({ name }) => `'${name}'`);
    throw new ValueError(
      `likelihood: tables, and no other data, go with ${ofTables.join(' and ')}; these are ${support} with '${row.name}'.`,
    );
  }
  const variance = support === 'unit-interval' && data.scale === undefined ? unitIntervalVariance : 1;
  return likelihoodFamily(
    { likelihood: model.likelihood, parts: [row] },
    {
      ...modelledPart(data),
      ...(data.table ? { blocks: new TableEncoder(data.table).modelled } : { variance, scale: standardization?.scale }),
    },
  );
}

/** Sizes of what the model has a distribution of: an example, less the columns of a table that are its condition. */
export function modelledPart({ shape, table }: RunConfig['data']): {
  readonly inputSize: number;
  readonly shape: readonly number[];
} {
  const given = table?.condition ? new TableEncoder(table).conditionWidth : 0;
  const inputSize = sizeOf(shape) - given;
  return { inputSize, shape: given > 0 ? [inputSize] : shape };
}

/** Numbers that are read at once to be looked at. */
const chunkNumbers = 2 ** 18;
/** Of tables, whose rows the encoder made, so many are looked at; and so many for advice. */
const fewExamples = 1000;

/**
 * Looks at every example, once, as the model will read it: before anything is computed.
 *
 * @throws ValueError naming the first value that the likelihood has no density for, and likelihoods that would take it
 */
export async function checkSupport(
  operation: string,
  dataset: Dataset,
  { config, parts, standardization }: PartContext & { readonly config: RunConfig },
): Promise<void> {
  const family = likelihoodFor(config, { parts });
  const shape = dataset.sampleShape;
  const inputSize = sizeOf(shape);
  // What is made binary must first lie in [0, 1].
  const { support } = config.data.binarize === 'none' ? family : bernoulliFamily({ inputSize });
  if (isKnownToFit(dataset, family)) return;
  const last = dataset.kind === 'table' ? Math.min(dataset.size, fewExamples) : dataset.size;
  const step = Math.max(1, Math.floor(chunkNumbers / inputSize));
  for (let first = 0; first < last; first += step) {
    const indices = Uint32Array.from({ length: Math.min(step, last - first) }, (_, k) => first + k);
    const rows = new Float32Array(indices.length * inputSize);
    readExamples(dataset, standardization, { indices, out: rows });
    const wrong = firstOutside(rows, support, inputSize);
    if (wrong >= 0) {
      const [index, at] = [first + Math.floor(wrong / inputSize), wrong % inputSize];
      const example = numbersOf(dataset, Uint32Array.of(index)).data;
      const place = stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % (shape[axis] ?? 1));
      throw new ValueError(
        `${operation}: example ${dataset.names?.at(index) ?? index} holds ${example[at] ?? NaN} at ${formatShape(place)}; a ${family.name} likelihood takes ${support.description}. ${isOfUnitInterval(config) && dataset.support === 'real' ? unitAdvice : adviceFor(dataset, index)}`,
      );
    }
    await takeTurns(); // Reading blocks the thread: timers and signals are let in.
  }
}

/** Where in rows of examples the first number lies that is outside, or −1. */
function firstOutside(rows: Float32Array, support: DataSupport, inputSize: number): number {
  if (support.isPerNumber) return support.firstOutside(rows);
  for (let start = 0; start < rows.length; start += inputSize) {
    const at = support.firstOutside(rows.subarray(start, start + inputSize));
    if (at >= 0) return start + at;
  }
  return -1;
}

/** What the readers of files have looked at already; data sets that code gives are taken at their word only after a look. */
function isKnownToFit({ kind, support }: Dataset, { name }: LikelihoodFamily): boolean {
  const takesAllOfIt = ['bernoulli', 'continuous-bernoulli', 'gaussian', 'laplace'].includes(name);
  return kind !== 'array' && support === 'unit-interval' && takesAllOfIt;
}

/** Which likelihoods take the data, by the first examples and the one that did not fit. */
function adviceFor(dataset: Dataset, wrong: number): string {
  const seen = new ValueKinds();
  const first = Uint32Array.from({ length: Math.min(dataset.size, fewExamples) }, (_, index) => index);
  for (const indices of [first, Uint32Array.of(wrong)]) seen.add(examplesOf(dataset, indices).data);
  return seen.advice();
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
