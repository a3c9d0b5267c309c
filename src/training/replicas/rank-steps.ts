import { NdArray, RootsigmaError, ValueError, sizeOf } from '../../core/index.ts';
import { usableCores } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { TrainingConfig } from '../../config/index.ts';
import { crc32 } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import { piecesOf } from '../../mpi/index.ts';
import type { Communicator, Pieces } from '../../mpi/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { optimizerSlots } from '../optimizers.ts';
import { flatLength } from '../parameter-store.ts';
import type { NamedParameters, ParameterStore } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import type { StepGraph } from '../step-graph.ts';
import { locateNonFinite } from '../step.ts';
import type { StepRequest } from './commands.ts';
import { checkReplicaCount, isShareable, powerOfTwo, replicaCount } from './count.ts';
import { withinMemory } from './memory.ts';
import type { SpareMemory } from './memory.ts';
import { isBatch, planStep, widthOf } from './plan.ts';
import type { Range } from './range.ts';
import type { Exchange } from './thread-exchange.ts';
import { rankMember } from './rank-collectives.ts';
import { rankThread } from './rank-thread-collectives.ts';
import { Replica } from './replica.ts';
import type { GroupMember, StepOutcome } from './replica.ts';
import { rowBlocks } from './row-blocks.ts';
import { partByRows } from './row-step.ts';
import type { RowStep } from './row-step.ts';
import { ThreadSteps } from './thread-steps.ts';
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
  /** How many of its threads take its part of every step; default: as many as have enough to do, at most the engine's. */
  readonly count?: number | undefined;
  /** What memory there is for other threads; default: nobody knows. */
  readonly spareMemory?: SpareMemory | undefined;
  /** Gets one line when fewer threads take steps than might. */
  readonly onNotice: (line: string) => void;
  readonly followerEntry?: URL | undefined;
  readonly followerPatience?: number | undefined;
}

/**
 * Steps that the ranks of a job take together, each its rows of the batch: the same plan as that of threads (`planStep`), so the same bits.
 * Every rank runs a trainer of its own, on the same numbers, and so comes to the same decisions. Its part may be parted again among
 * threads of its own; the others do not notice.
 */
export class RankSteps implements Steps {
  /** Threads may share steps in another way as the machine is; ranks have one. */
  readonly sharing = undefined;
  /** Takes this rank's part, alone or as the lead of its threads. */
  readonly #replica: Replica;
  readonly #shared: ThreadSteps | undefined;
  readonly #ranks: Communicator;
  readonly #graph: StepGraph;
  readonly #pieces: Pieces;
  readonly #wantsState: (() => boolean) | undefined;
  readonly #stop = new AbortController();
  #signal: AbortSignal | undefined;
  /** The optimiser's whole arrays as they are now, where they have been gathered. */
  #state: NamedParameters | undefined;
  #untilCheck = 0;

  private constructor(
    parts: {
      readonly replica: Replica;
      readonly shared: ThreadSteps | undefined;
      readonly graph: StepGraph;
      readonly ranges: readonly Range[];
    },
    { ranks, wantsState }: RankStepsOptions,
  ) {
    this.#replica = parts.replica;
    this.#shared = parts.shared;
    this.#graph = parts.graph;
    this.#ranks = ranks;
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
    const member = rankMember(ranks, plan);
    const count = threadsFor(engine, parted, options);
    const memberOf = (exchange: Exchange): GroupMember => rankThread(exchange, 0, member.join);
    const rank = { of: { rank: ranks.rank, ranks: ranks.size }, memberOf };
    const shared =
      count > 1 ? await ThreadSteps.start(engine, { ...options, parameters, step, parted, count, rank }) : undefined;
    const replica = shared?.lead ?? (await Replica.share(engine, { parameters, config, step: parted, member }));
    return new RankSteps({ replica, shared, graph: parted.graph, ranges: plan.ranges }, options);
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
    const { asked = 0, ...outcome } = await this.#take({ ...request, asks: stop | state });
    if (asked & asksStop) this.#stop.abort();
    if (asked & asksState) this.gatherState();
    return outcome;
  }

  async #take(request: StepRequest): Promise<StepOutcome> {
    if (!this.#shared) return this.#replica.take(request);
    try {
      return await this.#shared.take(request);
    } catch (error) {
      throw await this.#shared.reasonFor(error);
    }
  }

  locateNonFinite(request: StepRequest): string | undefined {
    return locateNonFinite(this.#graph, { store: this.store, batch: this.#replica.batch }, request);
  }

  load(parameters: Readonly<Record<string, NdArray>>, state?: Pick<Checkpoint, 'optimizer' | 'steps'>): void {
    const { length } = this.store.values;
    const names = Object.keys(this.#replica.optimizer.slots);
    for (const name of state ? names : []) {
      const given = state?.optimizer[name];
      if (given?.size !== length) {
        throw new ValueError(
          `train: the checkpoint's '${name}' has ${given?.size ?? 'no'} numbers, ${length} are needed. Was the optimiser another one?`,
        );
      }
    }
    this.store.assign(parameters);
    this.#replica.optimizer.steps = state?.steps ?? 0;
    const slots = names.map((name) => Float32Array.from(state?.optimizer[name]?.data ?? new Float32Array(length)));
    slots.forEach((slot, k) => {
      this.#replica.load(k, slot);
    });
    this.#shared?.distribute(slots);
    this.#state = state && Object.fromEntries(names.flatMap((name) => (state.optimizer[name] ? [[name, state.optimizer[name]]] : []))); // prettier-ignore
    this.#untilCheck = 0;
  }

  gatherState(): void {
    this.#checkParameters();
    if (this.#state) return;
    const names = Object.keys(this.#replica.optimizer.slots);
    const slots = names.map(() => new Float32Array(this.store.values.length));
    slots.forEach((whole, k) => {
      this.#replica.save(k, whole);
    });
    this.#shared?.collect(slots);
    for (const whole of slots) this.#ranks.allGather(whole, this.#pieces);
    this.#state = Object.fromEntries(
      slots.map((whole, k) => [names[k] ?? '', new NdArray(whole, [whole.length], 'float32')]),
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

  async dispose(): Promise<void> {
    await this.#shared?.stop();
    await this.#replica.dispose();
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

/** How many of a rank's threads take its part of a step. */
function threadsFor(engine: Engine, parted: RowStep, options: RankStepsOptions): number {
  const { model, config, ranks, count, spareMemory, onNotice } = options;
  const { parameters } = model;
  if (count !== undefined) checkReplicaCount(count, parted, config.batchSize, ranks.size);
  const most = Math.min(replicaCount(engine, parted, flatLength(parameters), ranks.size), powerOfTwo(usableCores()));
  const wish = { count: count ?? most, by: 'rows' } as const;
  // The others on this host take as much, and of a batch each has its part.
  const { bytes = NaN, step = NaN } = count === undefined ? (spareMemory ?? {}) : {};
  const spare = { bytes: bytes / ranks.localSize, step: step / ranks.size };
  const of = { rank: ranks.rank, ranks: ranks.size };
  const { sharing, notice } = withinMemory(wish, {
    spare,
    parted,
    parameters,
    slots: optimizerSlots(config.optimizer),
    of,
  });
  if (notice !== undefined) onNotice(notice);
  if (sharing.count > 1) onNotice(`${ranks.size} ranks take every training step, with ${sharing.count} threads each.`);
  return sharing.count;
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
