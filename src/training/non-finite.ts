import { NumericalError } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import type { TrainingConfig } from '../config/index.ts';
import type { NonFiniteCounts } from './checkpoint.ts';
import type { NonFiniteEvent } from './events.ts';
import type { NamedParameters } from './parameter-store.ts';

/** What a training does where a step's loss or gradient is NaN or infinite. */
export type NonFinitePolicy = NonNullable<TrainingConfig['onNan']>;

export const noneNonFinite: NonFiniteCounts = {
  skipped: 0,
  skippedInEpoch: 0,
  rollbacks: 0,
  inARow: 0,
  returnedTo: -1,
};

/** After so many in a row a training stops, whatever its policy: it will not come to anything. */
const mostInARow = 10;
/** What a rollback multiplies the learning rate with, for the rest of the training. */
export const rollbackFactor = 0.5;
/** Within an epoch, the state to go back to is taken every so many steps. */
export const stepsBetweenSnapshots = 100;
/** So many are told of in full. Where one arose is computed anew, op by op in float64, which takes many steps' time. */
export const maxLocated = 3;

/** What was found, where. */
export interface Finding {
  /** Counted from 1, like the epoch. */
  readonly failedStep: number;
  readonly epoch: number;
  /** `loss NaN and gradient norm NaN`. */
  readonly what: string;
  /** Whether leaving out an update helps: not where parameters themselves are no longer finite. */
  readonly isOfStep: boolean;
  /** Finds the first op, layer or example. */
  readonly locate: () => string | undefined;
}

/**
 * What to do about it.
 *
 * @param counts before
 * @param from the step of the last good state, where there is one
 */
export function decide(
  policy: NonFinitePolicy,
  finding: Finding,
  { counts, from }: { readonly counts: NonFiniteCounts; readonly from: number | undefined },
): { readonly event: NonFiniteEvent; readonly counts: NonFiniteCounts } {
  const { failedStep, epoch, what, isOfStep } = finding;
  const inARow = counts.inARow + 1;
  const isOver = inARow > mostInARow;
  const skips = policy === 'skip' && isOfStep && !isOver;
  const rolls = policy === 'rollback' && from !== undefined && !isOver;
  const located = skips || rolls ? counts.skipped + counts.rollbacks < maxLocated : true;
  const place = located ? finding.locate() : undefined;
  const common = {
    event: 'non-finite',
    epoch,
    failedStep,
    policy,
    what,
    ...(place !== undefined && { place }),
  } as const;
  if (skips) {
    const { skipped, skippedInEpoch } = counts;
    const next = { ...counts, skipped: skipped + 1, skippedInEpoch: skippedInEpoch + 1, inARow };
    return { counts: next, event: { ...common, action: 'skipped', step: failedStep, inARow, skipped: next.skipped } };
  }
  if (rolls) {
    const next = { ...counts, rollbacks: counts.rollbacks + 1, inARow, returnedTo: from };
    const { rollbacks } = next;
    const event = { ...common, action: 'rolled-back', step: from, inARow, rollbacks } as const;
    return { counts: next, event: { ...event, learningRateFactor: rollbackFactor ** rollbacks } };
  }
  return { counts, event: { ...common, action: 'stopped', step: failedStep - 1, inARow } };
}

/** The error that a training ends with. */
export function stopError(event: NonFiniteEvent, finding: Finding): NumericalError {
  const { policy, failedStep, epoch, what, place } = event;
  const where = place === undefined ? '' : `: ${place}`;
  const tried = {
    stop: "or choose onNan 'skip' or 'rollback'",
    skip: finding.isOfStep
      ? `${mostInARow} steps in a row were skipped before it`
      : "skipping a step does not help there; onNan 'rollback' goes back to before it",
    rollback: `${mostInARow} rollbacks in a row did not get past it`,
  }[policy];
  return new NumericalError(
    `train: step ${failedStep} (epoch ${epoch}) has ${what}${where}. Lower the learning rate or set a clip norm; ${tried}.`,
  );
}

/** What a person is told. */
export function noticeOf({
  action,
  failedStep,
  what,
  place,
  skipped = 0,
  step,
  learningRateFactor,
}: NonFiniteEvent): string {
  const where = place === undefined ? '' : ` (${place})`;
  const found = `step ${failedStep} has ${what}${where}`;
  return action === 'skipped'
    ? `${found}: its update is left out, ${skipped} so far.`
    : `${found}: back to step ${step}, on with other noise and ${learningRateFactor ?? 1} times the learning rate.`;
}

/** The first number that is not finite, in words: `Infinity in encoder.0.weight`. */
export function firstNonFiniteIn(arrays: Readonly<Record<string, NdArray>> | NamedParameters): string | undefined {
  for (const [name, { data }] of Object.entries(arrays)) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) return `${data[i] ?? NaN} in ${name}`;
    }
  }
  return undefined;
}

/**
 * The example of a step's batch that is itself not finite, if one is.
 *
 * @param indices of the batch's examples
 */
export function locateInData(batch: Float32Array, indices: Uint32Array): string | undefined {
  const at = batch.findIndex((value) => !Number.isFinite(value));
  const row = Math.floor(at / (batch.length / indices.length));
  return at < 0 ? undefined : `the data: example ${indices[row] ?? row} of those trained on holds ${batch[at] ?? NaN}`;
}
