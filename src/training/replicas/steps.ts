import type { NdArray } from '../../core/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { NamedParameters, ParameterStore } from '../parameter-store.ts';
import type { StepRequest } from './commands.ts';
import type { StepOutcome } from './replica.ts';
import type { Sharing } from './sharing.ts';

/**
 * Who takes training steps, behind one door: a thread alone or several (`Replicas`), or the ranks of a job (`RankSteps`). The trainer
 * does not know which.
 */
export interface Steps {
  readonly store: ParameterStore;
  /** [batchSize, inputSize]: where the examples of the next step go. */
  readonly batch: Float32Array;
  /** Steps taken. */
  readonly steps: number;
  /** How all steps are shared, those of a later process too, where their bits depend on it. */
  readonly sharing: Sharing | undefined;
  /** One step on the examples in `batch`. @throws RootsigmaError when one of those who take it fails */
  take(request: StepRequest): Promise<StepOutcome>;
  /** Where NaN or infinity first appears in the step of `request`: see `locateNonFinite`. */
  locateNonFinite(request: StepRequest): string | undefined;
  /** Makes all of them start from these parameters, and from the optimiser's state where a training goes on. */
  load(parameters: Readonly<Record<string, NdArray>>, state?: Pick<Checkpoint, 'optimizer' | 'steps'>): void;
  /** Whether `optimizerState` needs nobody else: always, but for ranks, each of which has a part. */
  readonly isStateAtHand: boolean;
  /** Brings it to hand; all ranks do so together. */
  gatherState(): void;
  /** A copy of what a checkpoint must hold of the optimiser besides `steps`: whole flat arrays, by name. */
  optimizerState(): NamedParameters;
  /** A signal that fires for all of them at the same step: soon after this one's has fired, or another's. */
  agreedOn(signal: AbortSignal | undefined): AbortSignal | undefined;
  dispose(): Promise<void>;
}
