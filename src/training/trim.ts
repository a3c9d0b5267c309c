import type { TrainingConfig } from '../config/index.ts';
import { stepsPerEpoch } from '../data/index.ts';
import type { Communicator } from '../mpi/index.ts';
import type { Criterion, CriterionProgram, Examples } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';
import { valuesInOrder } from './values-in-order.ts';

type TrimConfig = TrainingConfig['trim'];

/** How many examples an epoch leaves out, epochs counted from 0. */
export function trimmedCount(size: number, trim: TrimConfig, epoch: number): number {
  return trim && epoch >= trim.warmupEpochs ? Math.floor(trim.fraction * size) : 0;
}

/** Steps of an epoch, counted from 0. @throws where the examples are fewer than a batch */
export function stepsIn(
  epoch: number,
  size: number,
  { trim, batchSize }: Pick<TrainingConfig, 'trim' | 'batchSize'>,
): number {
  return stepsPerEpoch(size - trimmedCount(size, trim, epoch), batchSize);
}

/** Steps of all epochs. */
export function stepsInAll(size: number, config: Pick<TrainingConfig, 'trim' | 'batchSize' | 'epochs'>): number {
  const { epochs, trim } = config;
  const whole = Math.min(epochs, trim?.warmupEpochs ?? epochs);
  return whole * stepsIn(0, size, config) + (epochs - whole) * stepsIn(epochs, size, config);
}

/**
 * The `count` examples that the model explains worst: those whose criterion is, by one draw each. Trained on the others, and
 * asked again in every epoch, a model gives up what does not go with the rest (iterative trimmed loss minimisation, Shen and
 * Sanghavi 2019).
 *
 * @returns their indices, rising
 */
export async function worstExamples(
  program: CriterionProgram,
  examples: Examples,
  options: {
    readonly count: number;
    readonly key: Key;
    readonly batchSize: number;
    readonly ranks?: Communicator | undefined;
  },
): Promise<number[]> {
  const values = new Float64Array(examples.size);
  for await (const { values: of, start } of valuesInOrder(program, examples, options)) {
    values.set(
      of.criterion.map((value) => merit(value, program.criterion)),
      start,
    );
  }
  const order = Array.from(values, (_, index) => index).sort((a, b) => compare(values[a] ?? 0, values[b] ?? 0));
  return order.slice(0, options.count).sort((a, b) => a - b);
}

/** The higher, the better. What cannot be explained at all is explained worst. */
export function merit(value: number, { direction }: Pick<Criterion, 'direction'>): number {
  if (Number.isNaN(value)) return -Infinity;
  return direction === 'max' ? value : -value;
}

/** Infinities have no difference. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The indices below `size` but for `left`, which rises. */
export function without(left: readonly number[], size: number): Uint32Array {
  const dropped = new Set(left);
  return Uint32Array.from({ length: size }, (_, index) => index).filter((index) => !dropped.has(index));
}
