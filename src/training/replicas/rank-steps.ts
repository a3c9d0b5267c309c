import { NdArray, RootsigmaError, ValueError, sizeOf } from '../../core/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { TrainingConfig } from '../../config/index.ts';
import { crc32 } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import { piecesOf } from '../../mpi/index.ts';
import type { Communicator, Pieces } from '../../mpi/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { NamedParameters, ParameterStore } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import type { StepGraph } from '../step-graph.ts';
import { locateNonFinite } from '../step.ts';
import type { StepRequest } from './commands.ts';
import { isShareable } from './count.ts';
import { isBatch, planStep, rangeOf, widthOf } from './plan.ts';
import type { Range } from './range.ts';
import { rankMember } from './rank-collectives.ts';
import { Replica } from './replica.ts';
import type { StepOutcome } from './replica.ts';
import { rowBlocks } from './row-blocks.ts';
import { partByRows } from './row-step.ts';
import type { RowStep } from './row-step.ts';
import type { Steps } from './steps.ts';

/** What ranks ask of each other: to stop after this step; to have the optimiser's arrays together, for a checkpoint. */
const [asksStop, asksState] = [1, 2];

/** Whether all ranks have the same parameters is looked at so often. */
const stepsBetweenChecks = 256;

/** Up to so many numbers of a batch are handed around whatever else would be fewer: 4 MB. */
const mostFactors = 2 ** 20;

export interface RankStepsOptions {
  readonly model: Vae;
  readonly objective: TrainingObjective;
  readonly config: Pick<TrainingConfig, 'batchSize' | 'optimizer' | 'clipNorm'>;
  readonly ranks: Communicator;
  /** Whether this rank will take a checkpoint after the next step. */
  readonly wantsState?: (() => boolean) | undefined;
}

/**
 * Steps that the ranks of a job take together, each its rows of the batch: the same plan as that of threads (`planStep`), so the same bits.
 * Every rank runs a trainer of its own, on the same numbers, and so comes to the same decisions.
 */
export class RankSteps implements Steps {
  /** Threads may share steps in another way as the machine is; ranks have one. */
  readonly sharing = undefined;
  readonly #replica: Replica;
  readonly #ranks: Communicator;
  readonly #graph: StepGraph;
  readonly #range: Range;
  readonly #pieces: Pieces;
  readonly #wantsState: (() => boolean) | undefined;
  readonly #stop = new AbortController();
  #signal: AbortSignal | undefined;
  /** The optimiser's whole arrays as they are now, where they have been gathered. */
  #state: NamedParameters | undefined;
  #untilCheck = 0;

  private constructor(
    parts: { readonly replica: Replica; readonly graph: StepGraph; readonly ranges: readonly Range[] },
    { ranks, wantsState }: RankStepsOptions,
  ) {
    this.#replica = parts.replica;
    this.#graph = parts.graph;
    this.#ranks = ranks;
    this.#range = parts.ranges[ranks.rank] ?? { from: 0, to: 0 };
    this.#pieces = piecesOf(parts.ranges.map(({ from, to }) => to - from));
    this.#wantsState = wantsState;
  }

  /** @throws ValueError where ranks cannot share such a step */
  static async start(engine: Engine, options: RankStepsOptions): Promise<RankSteps> {
    const { model, objective, config, ranks } = options;
    const { parameters } = model;
    const step = buildStep(model, config.batchSize, objective);
    const parted = partedFor(ranks.size, objective, step);
    const plan = planStep(parted, parameters, ranks.size);
    const replica = await Replica.share(engine, { parameters, config, step: parted, member: rankMember(ranks, plan) });
    return new RankSteps(
      { replica, graph: parted.graph, ranges: plan.ranges.map((_, k) => rangeOf(plan, k)) },
      options,
    );
  }

  get store(): ParameterStore {
    return this.#replica.store;
  }

  get batch(): Float32Array {
    return this.#replica.batch.data;
  }

  get steps(): number {
    return this.#replica.optimizer.steps;
  }

  get isStateAtHand(): boolean {
    return this.#state !== undefined;
  }

  async take(request: StepRequest): Promise<StepOutcome> {
    if (this.#untilCheck-- <= 0) this.#checkParameters();
    this.#state = undefined;
    const stop = this.#signal?.aborted ? asksStop : 0;
    const state = this.#wantsState?.() ? asksState : 0;
    const { asked = 0, ...outcome } = await this.#replica.take({ ...request, asks: stop | state });
    if (asked & asksStop) this.#stop.abort();
    if (asked & asksState) this.gatherState();
    return outcome;
  }

  locateNonFinite(request: StepRequest): string | undefined {
    return locateNonFinite(this.#graph, { store: this.store, batch: this.#replica.batch }, request);
  }

  load(parameters: Readonly<Record<string, NdArray>>, state?: Pick<Checkpoint, 'optimizer' | 'steps'>): void {
    const { from, to } = this.#range;
    const length = this.store.values.length;
    const slots = Object.entries(this.#replica.optimizer.slots);
    for (const [name] of state ? slots : []) {
      const given = state?.optimizer[name];
      if (given?.size !== length) {
        throw new ValueError(
          `train: the checkpoint's '${name}' has ${given?.size ?? 'no'} numbers, ${length} are needed. Was the optimiser another one?`,
        );
      }
    }
    this.store.assign(parameters);
    for (const [name, slot] of slots) {
      if (state) slot.set(state.optimizer[name]?.data.subarray(from, to) ?? []);
      else slot.fill(0);
    }
    this.#replica.optimizer.steps = state?.steps ?? 0;
    this.#state = state && Object.fromEntries(slots.flatMap(([name]) => (state.optimizer[name] ? [[name, state.optimizer[name]]] : []))); // prettier-ignore
    this.#untilCheck = 0;
  }

  gatherState(): void {
    this.#checkParameters();
    const { from } = this.#range;
    this.#state ??= Object.fromEntries(
      Object.entries(this.#replica.optimizer.slots).map(([name, slot]) => {
        const whole = new Float32Array(this.store.values.length);
        whole.set(slot, from);
        this.#ranks.allGather(whole, this.#pieces);
        return [name, new NdArray(whole, [whole.length], 'float32')];
      }),
    );
  }

  optimizerState(): NamedParameters {
    if (!this.#state) this.gatherState();
    return this.#state ?? {};
  }

  agreedOn(signal: AbortSignal | undefined): AbortSignal {
    this.#signal = signal;
    return this.#stop.signal;
  }

  dispose(): Promise<void> {
    return this.#replica.dispose();
  }

  /** @throws RootsigmaError where a rank has come to other parameters than the first */
  #checkParameters(): void {
    this.#untilCheck = stepsBetweenChecks;
    const { rank, size } = this.#ranks;
    const { values } = this.store;
    const all = new Float64Array(size);
    all[rank] = crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#ranks.allGather(all, piecesOf(Array.from(all, () => 1)));
    const others = Array.from(all.keys()).filter((k) => all[k] !== all[0]);
    if (others.length === 0) return;
    throw new RootsigmaError(
      `train: after step ${this.steps} rank${others.length === 1 ? '' : 's'} ${others.join(', ')} of ${size} ${others.length === 1 ? 'has' : 'have'} other parameters than rank 0. Do all hosts have the same version of rootsigma, and sound memory?`,
    );
  }
}

/** @throws ValueError naming what in the step cannot be parted among so many ranks */
function partedFor(size: number, objective: TrainingObjective, step: StepGraph): RowStep {
  const byFactors = isShareable(objective) ? partByRows(step) : undefined;
  const parted = byFactors && fewerBytes(byFactors, step);
  if (!parted) {
    const why = objective.couplesExamples
      ? `the objective '${objective.name}' compares the examples of a batch`
      : objective.parameters.length > 0
        ? `the objective '${objective.name}' has parameters of its own`
        : whyNotByRows(step);
    throw new ValueError(`train: ${why}, so ranks cannot part it: train in one process, without mpirun.`);
  }
  const [examples] = step.shape;
  const most = rowBlocks(examples).length;
  if (size > most) {
    throw new ValueError(
      `train: a batch of ${examples} examples is parted among at most ${most} ranks (16 rows each at least), not ${size}: start fewer, or choose a batch size of ${16 * (size - 1) + 2} or more.`,
    );
  }
  return parted;
}

/** Most often state that a step updates: whose it is, is in its name. */
function whyNotByRows({ state }: StepGraph): string {
  const names = Object.keys(state);
  if (names.some((name) => /\bcodebook\.(count|sum)$/.test(name))) {
    return "the codebook of the posterior 'vector-quantized' follows moving averages over the examples of a batch";
  }
  if (names.some((name) => name.endsWith('.u'))) {
    return 'spectral normalisation (decoderNorm spectral) has state that every step updates';
  }
  return 'batch normalisation takes means over the examples of a batch';
}

/**
 * The step with sufficient factors, as threads take it, or with the gradients of dense layers added up, whichever has fewer numbers to hand
 * around: factors grow with the batch. Sums have other last bits with each number of ranks, so few factors stay what they are.
 */
export function fewerBytes(byFactors: RowStep, step: StepGraph): RowStep {
  const bySums = partByRows(step, { sumsDense: true });
  if (!bySums) return byFactors;
  const [examples] = step.shape;
  const handed = ({ factors, summed }: RowStep): number => {
    const widths = factors.map((factor) => (isBatch(factor) ? 0 : widthOf(factor, { batchShape: step.shape })));
    const sizes = summed.map(({ node }) => sizeOf(node.shape as number[]));
    return [...widths.map((width) => examples * width), ...sizes].reduce((total, count) => total + count, 0);
  };
  const count = handed(byFactors);
  return count > mostFactors && handed(bySums) < count ? bySums : byFactors;
}
