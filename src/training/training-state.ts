import { stepsTaken } from './checkpoint.ts';
import type { Checkpoint, NonFiniteCounts, Progress, Snapshot } from './checkpoint.ts';
import { noneNonFinite } from './non-finite.ts';
import type { NamedParameters } from './parameter-store.ts';
import type { Steps } from './replicas/steps.ts';

const start: Progress = {
  epoch: 0,
  batch: 0,
  sums: {},
  bestEpoch: 0,
  bestValue: null,
  patience: { reference: null, waited: 0 },
};

/** Where a training stands: what a checkpoint keeps of it, and what a rollback goes back to. */
export class TrainingState {
  /** The best epoch's parameters of the model, where there is a validation split. */
  best: NamedParameters | undefined;
  readonly #steps: Steps;
  #progress: Progress;
  #good: Snapshot | undefined;

  /**
   * @param resume where an earlier training stopped; its parameters are the caller's to load
   * @param keepsGood whether there is anything to go back to: not under every policy
   */
  constructor(steps: Steps, resume: Checkpoint | undefined, { keepsGood }: { readonly keepsGood: boolean }) {
    this.#steps = steps;
    this.#progress = resume?.progress ?? start;
    this.best = resume?.best;
    this.#good = keepsGood ? resume?.rollback : undefined;
  }

  /** How far it has come. Another object after every change. */
  get progress(): Progress {
    return this.#progress;
  }

  /** Steps taken, those counted whose update was skipped. */
  get index(): number {
    return stepsTaken({ steps: this.#steps.steps, progress: this.#progress });
  }

  get counts(): NonFiniteCounts {
    return this.#progress.nonFinite ?? noneNonFinite;
  }

  /** The last state from which a step was finite, if there is one yet: what a rollback goes back to. */
  get good(): Snapshot | undefined {
    return this.#good;
  }

  update(changes: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...changes };
  }

  /** The progress of an epoch that begins. */
  begin(progress: Progress): void {
    this.#progress = progress;
  }

  /** A copy of what changes from step to step. */
  snapshot(): Snapshot {
    return {
      parameters: this.#steps.store.snapshot(),
      optimizer: this.#steps.optimizerState(),
      steps: this.#steps.steps,
      progress: this.#progress,
    };
  }

  /** Everything that a later process needs to continue from `snapshot`, which is the state as it is. */
  checkpoint(snapshot: Snapshot): Checkpoint {
    const { sharing } = this.#steps;
    return {
      ...snapshot,
      ...(sharing && { sharing }),
      ...(this.#good && { rollback: this.#good }),
      ...(this.best && { best: this.best }),
    };
  }

  /** Keeps a state to go back to: a step from there was finite, or there is no other. */
  keep(good: Snapshot): void {
    const { counts } = this;
    // It got past where it went back to.
    if (counts.inARow > 0 && stepsTaken(good) > counts.returnedTo) this.update({ nonFinite: { ...counts, inARow: 0 } });
    this.#good = good;
  }

  /** Parameters and optimiser as they were; the progress stays. */
  load(snapshot: Snapshot): void {
    this.#steps.load(snapshot.parameters, snapshot);
  }

  /** Goes back, with progress. */
  goBackTo(good: Snapshot): void {
    // The best parameters are that still, also where the epoch that found them is taken back.
    const { bestEpoch, bestValue } = this.#progress;
    this.#progress = { ...good.progress, bestEpoch, bestValue };
    this.load(good);
  }
}
