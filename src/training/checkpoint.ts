import type { NdArray } from '../core/index.ts';
import type { EpochMeans } from './events.ts';
import type { NamedParameters } from './parameter-store.ts';
import type { Sharing } from './replicas/sharing.ts';

/** What became of steps that were not finite so far: part of what a training goes on from. */
export interface NonFiniteCounts {
  /** Steps whose update was left out. */
  readonly skipped: number;
  /** Of them, those of the epoch under way. */
  readonly skippedInEpoch: number;
  /** Times that the training went back. */
  readonly rollbacks: number;
  /** Of either, how many in a row. */
  readonly inARow: number;
  /** The step that the last rollback went back to. */
  readonly returnedTo: number;
}

/** How far a training has come: plain data, as JSON in a checkpoint. */
export interface Progress {
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches taken of the epoch under way. */
  readonly batch: number;
  /** Examples that the epoch under way leaves out, where training is trimmed. */
  readonly trimmed?: readonly number[];
  /** Sums of the metrics over those batches, for the epoch's means. */
  readonly sums: Readonly<Record<string, number>>;
  /** The epoch with the best validation so far, by the objective's criterion, counted from 1; 0 before the first. */
  readonly bestEpoch: number;
  readonly bestValue: number | null;
  /** For early stopping: the criterion's value that counts as the last real gain, and the epochs since. */
  readonly patience: { readonly reference: number | null; readonly waited: number };
  /** What the last epoch completed came to; absent before the first, and in checkpoints of earlier versions. */
  readonly last?: EpochMeans;
  /** What became of steps that were not finite; absent before the first. */
  readonly nonFinite?: NonFiniteCounts;
}

/** Everything that training depends on besides its options: from here it continues to the bit. */
export interface Checkpoint {
  /** The model's, and the objective's own. */
  readonly parameters: NamedParameters;
  /** The optimiser's flat arrays, and under `objective.…` those of the objective's own. */
  readonly optimizer: Readonly<Record<string, NdArray<'float32'>>>;
  /** Updates made; a step that was skipped is none. */
  readonly steps: number;
  readonly progress: Progress;
  /** How threads share every step, where the bits of a step depend on it; absent where they do not, or nobody has found out. */
  readonly sharing?: Sharing;
  /** What a rollback would go back to, where that is not this state itself. */
  readonly rollback?: Snapshot;
  /** The best epoch's parameters of the model, where there is a validation split. */
  readonly best?: NamedParameters;
}

/** The last state that was good, and where the training stood. */
export type Snapshot = Pick<Checkpoint, 'parameters' | 'optimizer' | 'steps' | 'progress'>;

/** Steps taken, those counted that were skipped. */
export function stepsTaken({ steps, progress }: Pick<Checkpoint, 'steps' | 'progress'>): number {
  return steps + (progress.nonFinite?.skipped ?? 0);
}
