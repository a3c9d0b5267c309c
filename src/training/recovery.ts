import type { Checkpoint, NonFiniteCounts, Snapshot } from './checkpoint.ts';
import { stepsTaken } from './checkpoint.ts';
import type { NonFiniteEvent } from './events.ts';
import { decide, firstNonFiniteIn, maxLocated, noticeOf, stepsBetweenSnapshots, stopError } from './non-finite.ts';
import type { Finding, NonFinitePolicy } from './non-finite.ts';
import type { ParameterStore } from './parameter-store.ts';
import type { TrainingState } from './training-state.ts';

/** Watches over a training that its numbers stay finite, and does what its policy says where they do not. */
export class Recovery {
  readonly #policy: NonFinitePolicy;
  readonly #state: TrainingState;
  readonly #store: ParameterStore;
  readonly #onNotice: (line: string) => void;

  constructor(
    policy: NonFinitePolicy,
    {
      state,
      store,
      onNotice,
    }: {
      readonly state: TrainingState;
      readonly store: ParameterStore;
      readonly onNotice: (line: string) => void;
    },
  ) {
    this.#policy = policy;
    this.#state = state;
    this.#store = store;
    this.#onNotice = onNotice;
  }

  /**
   * Everything that a later process needs to continue from here.
   * @throws NumericalError where something in it is not finite: such a state is never kept
   */
  checkpoint(): Checkpoint {
    const snapshot = this.#state.snapshot();
    const wrong = nonFiniteIn(snapshot);
    if (wrong !== undefined) {
      const finding = this.#findingOf(wrong);
      throw stopError(this.#decide(finding).event, finding);
    }
    return this.#state.checkpoint(snapshot);
  }

  /** Whether the state is not finite and training will go back when it next looks: there is nothing to keep before. */
  isAboutToReturn(): boolean {
    if (this.#policy !== 'rollback' || !this.#state.good) return false;
    return nonFiniteIn(this.#state.snapshot()) !== undefined;
  }

  /**
   * What becomes of what was found: says it, and goes back where that is it. True when the epoch begins anew from there.
   * @throws NumericalError where training ends
   */
  *answer(finding: Finding): Generator<NonFiniteEvent, boolean> {
    const { event, counts } = this.#decide(finding);
    const { good } = this.#state;
    if (event.action === 'skipped') this.#state.update({ batch: this.#state.progress.batch + 1 });
    if (event.action === 'rolled-back' && good) this.#state.goBackTo(good);
    if (event.action !== 'stopped') {
      this.#count(counts);
      // The others are in the events, and counted at the end.
      if (counts.skipped + counts.rollbacks <= maxLocated) this.#onNotice(noticeOf(event));
    }
    yield event;
    if (event.action === 'stopped') throw stopError(event, finding);
    return event.action === 'rolled-back';
  }

  /** What a skipped step would have to be undone by: running averages change also where the update is left out; without them nothing does. */
  beforeStep(): Snapshot | undefined {
    return this.#policy === 'skip' && this.#store.state.length > 0 ? this.#state.snapshot() : undefined;
  }

  /** A step was finite. */
  passed(): void {
    if (this.#policy === 'skip' && this.#state.counts.inARow > 0) this.#count({ ...this.#state.counts, inARow: 0 });
  }

  /** The state before the next step, where that is one to go back to. */
  dueSnapshot(): Snapshot | undefined {
    const isDue =
      this.#policy === 'rollback' && (!this.#state.good || this.#state.progress.batch % stepsBetweenSnapshots === 0);
    return isDue ? this.#state.snapshot() : undefined;
  }

  /** True when a state is not finite, and training went back. */
  *check(snapshot: Snapshot): Generator<NonFiniteEvent, boolean> {
    const wrong = nonFiniteIn(snapshot);
    return wrong === undefined ? false : yield* this.answer(this.#findingOf(wrong));
  }

  /** An update may make a parameter infinite whose gradient was finite. True when training went back. */
  *checkParameters(): Generator<NonFiniteEvent, boolean> {
    const wrong = this.#store.isFinite() ? undefined : firstNonFiniteIn(this.#store.parameters);
    return wrong === undefined ? false : yield* this.answer(this.#findingOf(wrong));
  }

  #decide(finding: Finding): ReturnType<typeof decide> {
    const { good, counts } = this.#state;
    return decide(this.#policy, finding, { counts, from: good && stepsTaken(good) });
  }

  #count(nonFinite: NonFiniteCounts): void {
    this.#state.update({ nonFinite });
  }

  #findingOf(what: string): Finding {
    const { index, progress } = this.#state;
    return { failedStep: index, epoch: progress.epoch + 1, what, isOfStep: false, locate: () => undefined };
  }
}

function nonFiniteIn({ parameters, optimizer }: Snapshot): string | undefined {
  return firstNonFiniteIn({ ...parameters, ...optimizer });
}
