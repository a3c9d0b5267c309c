import type { NdArray } from '../core/index.ts';
import type { EpochMeans } from './events.ts';
import type { NonFiniteCounts, Snapshot } from './non-finite.ts';
import type { NamedParameters } from './parameter-store.ts';

/** How far a training has come: plain data, as JSON in a checkpoint. */
export interface Progress {
  /** Epochs completed. */
  readonly epoch: number;
  /** Batches taken of the epoch under way. */
  readonly batch: number;
  /** Examples that the epoch under way leaves out, where training is trimmed. */
  readonly trimmed?: readonly number[];
  /** Sums over those batches, for the epoch's means. */
  readonly sums: { readonly reconstruction: number; readonly kl: number };
  /** The epoch with the highest validation ELBO so far, counted from 1; 0 before the first. */
  readonly bestEpoch: number;
  readonly bestElbo: number | null;
  /** For early stopping: the validation ELBO that counts as the last real rise, and the epochs since. */
  readonly patience: { readonly reference: number | null; readonly waited: number };
  /** What the last epoch completed came to; absent before the first, and in checkpoints of earlier versions. */
  readonly last?: EpochMeans;
  /** What became of steps that were not finite; absent before the first. */
  readonly nonFinite?: NonFiniteCounts;
}

/** Everything that training depends on besides its options: from here it continues to the bit. */
export interface Checkpoint {
  readonly parameters: NamedParameters;
  /** The optimiser's flat arrays. */
  readonly optimizer: Readonly<Record<string, NdArray<'float32'>>>;
  /** Updates made; a step that was skipped is none. */
  readonly steps: number;
  readonly progress: Progress;
  /** What a rollback would go back to, where that is not this state itself. */
  readonly rollback?: Snapshot;
  /** The best epoch's parameters, where there is a validation split. */
  readonly best?: NamedParameters;
}

/** Steps taken, those counted that were skipped. */
export function stepsTaken({ steps, progress }: Pick<Checkpoint, 'steps' | 'progress'>): number {
  return steps + (progress.nonFinite?.skipped ?? 0);
}
