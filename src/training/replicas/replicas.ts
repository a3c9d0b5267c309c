import { threadNotice } from '#threads';
import { NdArray, ValueError } from '../../core/index.ts';
import { usableCores } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { TrainingConfig } from '../../config/index.ts';
import type { Vae } from '../../models/index.ts';
import { elboObjective, objectivePrefix } from '../../objectives/index.ts';
import type { TrainingObjective } from '../../objectives/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { optimizerSlots } from '../optimizers.ts';
import { flatLength } from '../parameter-store.ts';
import type { NamedParameters, ParameterStore } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import type { StepValues } from '../step.ts';
import type { StepGraph } from '../step-graph.ts';
import { isShareable } from './count.ts';
import { sameBits } from './same-bits.ts';
import { withinMemory } from './memory.ts';
import type { SpareMemory } from './memory.ts';
import { Pace } from './pace.ts';
import type { Crew } from './pace.ts';
import { Replica } from './replica.ts';
import type { StepRequest } from './commands.ts';
import type { OwnParameters, StepOutcome } from './replica.ts';
import { partByRows, readsState } from './row-step.ts';
import type { RowStep } from './row-step.ts';
import { ThreadSteps } from './thread-steps.ts';
import { canShare, sharingOf } from './sharing.ts';
import type { Steps } from './steps.ts';
import type { Sharing } from './sharing.ts';

export interface ReplicasOptions {
  readonly model: Vae;
  /** Default: minus the ELBO. */
  readonly objective?: TrainingObjective | undefined;
  readonly config: Pick<TrainingConfig, 'batchSize' | 'optimizer' | 'clipNorm'>;
  /** How many take every step; default: as many as is fastest at the moment, at most the engine's threads. */
  readonly count?: number | undefined;
  /** What memory there is for other threads; default: nobody knows. Where `count` is given it is that many whatever they take. */
  readonly spareMemory?: SpareMemory | undefined;
  /** Who takes which step; default: all that `count` says, and without it whoever is faster. */
  readonly pace?: Pick<Pace, 'next' | 'add'> | undefined;
  /** What a training that goes on left. */
  readonly resume?: Pick<Checkpoint, 'steps' | 'sharing'> | undefined;
  /** Gets one line when the other threads do not start and one does everything. */
  readonly onNotice: (line: string) => void;
  /** The module that the other threads run, where it does not lie beside this one: `follower.js`, built. */
  readonly followerEntry?: URL | undefined;
  /** Seconds that another thread may be late in a step, besides 20 times what this one takes for its part; default: 120. */
  readonly followerPatience?: number | undefined;
}

/** Several threads that take steps, in one way or the other: they share them by rows, or ONNX Runtime parts each op. */
interface Helpers extends Sharing {
  readonly replica: Replica;
  readonly shared?: ThreadSteps;
}

/** How often affinity and quota are looked up. */
const lookMs = 1000;

/**
 * Takes training steps, by one thread or several, whichever is faster as they go. A step has the same bits either way, which
 * the first one is checked for; where that fails all steps are taken in one way, also those of a later process that goes on.
 */
export class Replicas implements Steps {
  readonly isStateAtHand = true;
  readonly store: ParameterStore;
  /** Takes whole steps on this thread. */
  readonly #whole: Replica;
  readonly #helpers: Helpers | undefined;
  /** Undefined where all steps are taken in one way. */
  #pace: ReplicasOptions['pace'];
  /** How all steps are shared where they have other bits in another way. */
  #sharing: Sharing | undefined;
  readonly #isAsked: boolean;
  readonly #onNotice: (line: string) => void;
  /** Who has the optimiser's arrays as they are now. */
  #holder: Crew = 'one';
  #isChecked = false;
  #isBegunByOne: boolean;
  #cores = Infinity;
  #nextLook = 0;

  private constructor(
    { whole, helpers, sharing }: { readonly whole: Replica; readonly helpers: Helpers | undefined; readonly sharing: Sharing | undefined }, // prettier-ignore
    { count, pace, resume, onNotice }: ReplicasOptions,
  ) {
    this.store = whole.store;
    this.#whole = whole;
    this.#helpers = helpers;
    this.#sharing = sharing;
    this.#isAsked = count !== undefined;
    this.#isBegunByOne = (resume?.steps ?? 0) > 0;
    if (helpers && !sharing) this.#pace = pace ?? (this.#isAsked ? undefined : new Pace());
    this.#onNotice = onNotice;
  }

  static async start(engine: Engine, options: ReplicasOptions): Promise<Replicas> {
    const { model, config, count, spareMemory, pace, resume } = options;
    const { objective = elboObjective(model, config.batchSize) } = options;
    const { parameters } = model;
    const own = ownParameters(objective);
    const step = buildStep(model, config.batchSize, objective);
    // What an objective says of itself counts, whatever its expressions look like.
    const parted = isShareable(objective) && !readsState(step, parameters) ? partByRows(step) : undefined;
    if (count !== undefined && count > 1 && !isShareable(objective)) {
      throw new ValueError(
        `train: the objective '${objective.name}' ${own ? 'has parameters of its own' : 'compares the examples of a batch'}: use one replica.`,
      );
    }
    const graph = parted?.graph ?? step;
    const wanted = count === undefined ? resume?.sharing : undefined;
    const how = { step, parted, parameters: flatLength(parameters), count, fixed: wanted };
    const wish = sharingOf(engine, how);
    // Where ops can be parted in one session only, they are; onnxruntime-node has another one.
    const canChange = (count === undefined || pace !== undefined) && engine.name === 'onnxruntime-node';
    const spare = count === undefined && (canChange || wish.by === 'rows') ? spareMemory : undefined;
    const slots = optimizerSlots(config.optimizer);
    const { sharing, notice } = withinMemory(wish, { spare, parted, parameters, slots });
    if (notice !== undefined) options.onNotice(notice);
    const byRows = sharing.by === 'rows' ? sharing.count : 1;
    const byOps = sharing.by === 'ops' ? sharing.count : 1;
    const task = { parameters, own, graph, config };
    const whole = await Replica.alone(engine, { ...task, threads: canChange ? 1 : byOps });
    try {
      const helpers =
        byRows > 1
          ? await Replicas.#share({ engine, options, step, parted, whole, sharing })
          : canChange && byOps > 1
            ? { ...sharing, replica: await Replica.alone(engine, { ...task, threads: byOps, whole }) }
            : undefined;
      const line = byRows > 1 && !helpers ? undefined : threadNotice(byRows);
      if (line !== undefined) options.onNotice(line);
      const isWhole = wanted?.count === 1 || (sharing === wish && helpers !== undefined);
      const isAsBefore = wanted && canShare(engine, how, wanted) && isWhole;
      if (wanted) options.onNotice(isAsBefore ? keptNotice(wanted) : lostNotice(wanted));
      return new Replicas({ whole, helpers, sharing: isAsBefore ? wanted : undefined }, options);
    } catch (error) {
      await whole.dispose();
      throw error;
    }
  }

  static async #share(parts: {
    readonly engine: Engine;
    readonly options: ReplicasOptions;
    readonly step: StepGraph;
    readonly parted: RowStep | undefined;
    readonly whole: Replica;
    readonly sharing: Sharing;
  }): Promise<Helpers | undefined> {
    const { engine, options, step, parted, whole, sharing } = parts;
    if (!parted) return undefined;
    const { parameters } = options.model;
    try {
      const shared = await ThreadSteps.start(engine, {
        ...options,
        parameters,
        step,
        parted,
        whole,
        count: sharing.count,
      });
      return { ...sharing, replica: shared.lead, shared };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.onNotice(`One thread takes the training steps, as others do not start: ${reason}`);
      return undefined;
    }
  }

  /** [batchSize, inputSize]: where the examples of the next step go. */
  get batch(): Float32Array {
    return this.#whole.batch.data;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#holderReplica.optimizer.steps;
  }

  /** How all steps are shared, those of a later process too, where their bits depend on it. */
  get sharing(): Sharing | undefined {
    return this.#sharing;
  }

  get #holderReplica(): Replica {
    return this.#holder === 'all' && this.#helpers ? this.#helpers.replica : this.#whole;
  }

  /** One step on the examples in `batch`. @throws RootsigmaError when the engine fails on one of the threads */
  async take(request: StepRequest): Promise<StepOutcome> {
    const helpers = this.#helpers;
    if (!helpers) return this.#whole.take(request);
    const crew = this.#sharing
      ? crewOf(this.#sharing)
      : this.#mayHelp(helpers)
        ? (this.#pace?.next() ?? 'all')
        : undefined;
    try {
      this.#moveTo(crew ?? 'one', helpers);
      if (crew === 'all' && this.#pace && !this.#isChecked) return await this.#takeChecked(request, helpers);
      const began = performance.now();
      const outcome = await (crew === 'all' ? takeTogether(helpers, request) : this.#whole.take(request));
      if (crew !== undefined) this.#pace?.add(performance.now() - began);
      if (crew !== 'all') this.#isBegunByOne = true;
      return outcome;
    } catch (error) {
      throw (await helpers.shared?.reasonFor(error)) ?? error;
    }
  }

  /** Whether each of the helpers has a core. Where the number was asked for, or makes a difference, that does not count. */
  #mayHelp({ count }: Helpers): boolean {
    if (!this.#pace || this.#isAsked) return true;
    const now = performance.now();
    if (now >= this.#nextLook) {
      this.#cores = usableCores();
      this.#nextLook = now + lookMs;
    }
    return this.#cores >= count;
  }

  /**
   * A step by all, which one thread computes too: do the gradients have the same bits? If not, nobody changes any more, and where
   * one thread took the steps before, it takes this one.
   */
  async #takeChecked(request: StepRequest, helpers: Helpers): Promise<StepOutcome> {
    this.#isChecked = true;
    const { step, store } = this.#whole;
    const before = { parameters: store.snapshot(), optimizer: this.optimizerState(), steps: this.steps };
    const alone = await step.run(request);
    const gradients = store.gradients.slice();
    // Running averages have gone on, and are to go on once.
    store.assign(before.parameters);
    const { shared, replica, count, by } = helpers;
    const outcome = await takeTogether(helpers, request);
    const together = shared ? shared.gradients() : store.gradients;
    const means = (values: StepValues): Float32Array =>
      Float32Array.from([values.loss, ...Object.values(values.metrics)]);
    const isSame = sameBits(means(alone), means(shared ? outcome : replica.step.values));
    if (isSame && sameBits(gradients, together)) return outcome;
    this.#pace = undefined;
    this.#sharing = { count: this.#isBegunByOne ? 1 : count, by };
    this.#onNotice(
      `${takes(this.#sharing)} every training step from here on, whatever is faster: on this processor one thread rounds otherwise than ${count}. The same seed gives the same numbers with the same number of threads; the checkpoint keeps it.`,
    );
    if (crewOf(this.#sharing) === 'all') return outcome;
    this.load(before.parameters, before);
    return this.#whole.take(request);
  }

  /** Where NaN or infinity first appears in the step of `request`: see `TrainingStep`. */
  locateNonFinite(request: StepRequest): string | undefined {
    return this.#whole.step.locateNonFinite(request);
  }

  /** Makes all replicas start from these parameters, and from the optimiser's state where a training goes on. */
  load(parameters: Readonly<Record<string, NdArray>>, state?: Pick<Checkpoint, 'optimizer' | 'steps'>): void {
    const { optimizer, own } = this.#whole;
    for (const [name, { length }] of state ? this.#slots() : []) {
      const given = state?.optimizer[name];
      if (given?.size !== length) {
        throw new ValueError(
          `train: the checkpoint's '${name}' has ${given?.size ?? 'no'} numbers, ${length} are needed. Was the optimiser another one?`,
        );
      }
    }
    this.store.assign(parameters);
    for (const [name, slot] of this.#slots()) {
      if (state) slot.set(state.optimizer[name]?.data ?? []);
      else slot.fill(0);
    }
    for (const each of [optimizer, own?.optimizer]) if (each) each.steps = state?.steps ?? 0;
    this.#holder = 'one';
  }

  /** Threads have nothing to gather that `optimizerState` does not. */
  gatherState(): void {
    return;
  }

  agreedOn(signal: AbortSignal | undefined): AbortSignal | undefined {
    return signal;
  }

  /** A copy of what a checkpoint must hold of the optimiser besides `steps`: whole flat arrays, by name. */
  optimizerState(): NamedParameters {
    if (this.#holder === 'all') this.#helpers?.shared?.collect(Object.values(this.#whole.optimizer.slots));
    return Object.fromEntries(
      this.#slots().map(([name, slot]) => [name, new NdArray(slot.slice(), [slot.length], 'float32')]),
    );
  }

  /** The arrays that the optimisers keep, those of the objective's own under its prefix. */
  #slots(): (readonly [name: string, slot: Float32Array])[] {
    const { optimizer, own } = this.#whole;
    return [
      ...Object.entries(optimizer.slots),
      ...Object.entries(own?.optimizer.slots ?? {}).map(([name, slot]) => [objectivePrefix + name, slot] as const),
    ];
  }

  async dispose(): Promise<void> {
    const { shared, replica } = this.#helpers ?? {};
    await shared?.stop();
    await replica?.dispose();
    await this.#whole.dispose();
  }

  /** Gives a crew what it needs to go on. */
  #moveTo(crew: Crew, { replica, shared }: Helpers): void {
    if (crew === this.#holder) return;
    const { optimizer } = this.#whole;
    if (crew === 'one') {
      shared?.collect(Object.values(optimizer.slots));
      optimizer.steps = replica.optimizer.steps;
    } else {
      replica.optimizer.steps = optimizer.steps;
      shared?.distribute(Object.values(optimizer.slots));
    }
    this.#holder = crew;
  }
}

function ownParameters({ parameters, optimizer }: TrainingObjective): OwnParameters | undefined {
  return optimizer && { parameters, optimizer: { name: 'adam', ...optimizer } };
}

function crewOf({ count }: Sharing): Crew {
  return count === 1 ? 'one' : 'all';
}

function takes({ count }: Sharing): string {
  return count === 1 ? 'One thread takes' : `${count} threads take`;
}

function keptNotice(sharing: Sharing): string {
  return `${takes(sharing)} every training step, as before: the processor that the run began on rounds otherwise with another number.`;
}

function lostNotice({ count }: Sharing): string {
  return `the run's steps were taken by ${count} threads, and the processor that it began on rounds otherwise with another number; here they cannot be taken so: what comes is no longer to the bit what an uncut run had come to.`;
}

function takeTogether({ shared, replica }: Helpers, request: StepRequest): Promise<StepOutcome> {
  return shared ? shared.take(request) : replica.take(request);
}
