import { ValueError } from '../core/index.ts';
import { foldIn, permutation } from '../random/index.ts';
import { purposeKey } from './streams.ts';

/** One step's examples. */
export interface TrainingBatch {
  /** From 0 in each epoch. */
  readonly step: number;
  /** Exactly batchSize numbers, a view of the epoch's order. */
  readonly indices: Uint32Array;
}

/** The order of one epoch: a permutation of 0 … size − 1 that depends on (seed, epoch, size) alone. */
export function epochOrder(size: number, options: { readonly seed: number; readonly epoch: number }): Uint32Array {
  const { seed, epoch } = options;
  return Uint32Array.from(permutation(foldIn(purposeKey(seed, 'order'), epoch), size).data);
}

/** Steps an epoch: the last, short batch is dropped. @throws ValueError when there is not even one batch */
export function stepsPerEpoch(size: number, batchSize: number): number {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ValueError(`batches: the batch size must be a whole number above 0, got ${batchSize}.`);
  }
  const steps = Math.floor(size / batchSize);
  if (steps === 0) {
    throw new ValueError(
      `batches: ${size} examples do not fill one batch of ${batchSize}. Choose a smaller batch size.`,
    );
  }
  return steps;
}

/**
 * The batches of one epoch in random order, each of exactly `batchSize` examples.
 *
 * @param options.firstStep where to take up an epoch that was interrupted
 */
export function* trainingBatches(
  size: number,
  options: { readonly batchSize: number; readonly seed: number; readonly epoch: number; readonly firstStep?: number },
): Generator<TrainingBatch> {
  const { batchSize, firstStep = 0 } = options;
  const steps = stepsPerEpoch(size, batchSize);
  const order = epochOrder(size, options);
  for (let step = firstStep; step < steps; step++) {
    yield { step, indices: order.subarray(step * batchSize, (step + 1) * batchSize) };
  }
}
