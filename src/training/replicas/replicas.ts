import { threadNotice } from '#threads';
import { NdArray, ValueError } from '../../core/index.ts';
import type { Engine } from '../../engine/index.ts';
import { packGraph } from '../../graph/index.ts';
import type { TrainingConfig } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { flatLength } from '../parameter-store.ts';
import type { NamedParameters, ParameterStore } from '../parameter-store.ts';
import { buildStep } from '../step-graph.ts';
import { checkReplicaCount, opThreads, replicaCount } from './count.ts';
import { Exchange } from './exchange.ts';
import type { FlatArray } from './orders.ts';
import { planStep } from './plan.ts';
import { Replica, rowsOf } from './replica.ts';
import type { StepOutcome, StepRequest } from './replica.ts';
import { replicaKey } from './shared-peers.ts';
import { Team } from './team.ts';

export interface ReplicasOptions {
  readonly model: Vae;
  readonly config: Pick<TrainingConfig, 'batchSize' | 'optimizer' | 'clipNorm'>;
  /** How many; default: as many as the engine's threads and the work are good for. */
  readonly count?: number | undefined;
  /** Gets one line when the other threads do not start and one does everything. */
  readonly onNotice: (line: string) => void;
  /** The module that the other threads run, where it does not lie beside this one: `follower.js`, built. */
  readonly followerEntry?: URL | undefined;
}

/** The replicas that take training steps together: the lead, on this thread, and its followers, on theirs. */
export class Replicas {
  readonly store: ParameterStore;
  readonly #lead: Replica;
  readonly #team: Team | undefined;

  private constructor(lead: Replica, team?: Team) {
    this.store = lead.store;
    this.#lead = lead;
    this.#team = team;
  }

  static async start(engine: Engine, options: ReplicasOptions): Promise<Replicas> {
    const { model, config, onNotice } = options;
    const { parameters } = model;
    const whole = buildStep(model, config.batchSize);
    const { count = replicaCount(engine, whole, flatLength(parameters)) } = options;
    checkReplicaCount(count, whole);
    const say = (line: string | undefined): void => {
      if (line !== undefined) onNotice(line);
    };
    if (count > 1) {
      try {
        const started = await Replicas.#startTeam(engine, options, count);
        say(threadNotice(count));
        return started;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        onNotice(`One thread takes the training steps, as others do not start: ${reason}`);
      }
    }
    if (count === 1) say(threadNotice(count));
    const threads = opThreads(engine, whole);
    return new Replicas(await Replica.compile(engine, { parameters, graph: whole, config, threads }));
  }

  static async #startTeam(engine: Engine, options: ReplicasOptions, count: number): Promise<Replicas> {
    const { model, config, followerEntry } = options;
    const parameters = model.parameters.map(({ name, shape }) => ({ name, shape }));
    const graph = buildStep(model, config.batchSize / count);
    const { optimizer, clipNorm } = config;
    const shared = {
      parameters,
      config: { optimizer, ...(clipNorm !== undefined && { clipNorm }) },
      threads: Math.floor(engine.threads / count) || 1,
    };
    const exchange = new Exchange(planStep(graph, parameters, count));
    const step = { outputs: packGraph(graph.outputs), shape: graph.shape };
    const team = await Team.start(exchange, { ...shared, step, engine: engine.choice ?? 'auto' }, followerEntry);
    try {
      return new Replicas(await Replica.compile(engine, { ...shared, graph, place: { exchange, index: 0 } }), team);
    } catch (error) {
      await team.stop();
      throw error;
    }
  }

  /** [batchSize, inputSize]: where the examples of the next step go. */
  get batch(): Float32Array {
    return this.#lead.batch.data;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#lead.optimizer.steps;
  }

  /** One step on the examples in `batch`. @throws RootsigmaError when the engine fails on one of the threads */
  async take(request: StepRequest): Promise<StepOutcome> {
    const team = this.#team;
    if (!team) return this.#lead.take(request);
    try {
      const { from, to } = team.batchPart;
      team.exchange.batch.set(this.batch.subarray(from, to), from);
      await team.begin(request);
      return await this.#lead.take(request);
    } catch (error) {
      throw await team.reasonFor(error);
    }
  }

  /** Where NaN or infinity first appears in the step of `request`: see `TrainingStep`. */
  locateNonFinite(request: StepRequest): string | undefined {
    const { step, batch } = this.#lead;
    if (!this.#team) return step.locateNonFinite(request);
    const { replicas } = this.#team.exchange.plan;
    for (let index = 0; index < replicas; index++) {
      const feeds = { ...request, key: replicaKey(request.key, index) };
      const found = step.locateNonFinite(feeds, rowsOf(batch, index, replicas));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Makes all replicas start from these parameters, and from the optimiser's state where a training goes on. */
  load(parameters: Readonly<Record<string, NdArray>>, state?: Pick<Checkpoint, 'optimizer' | 'steps'>): void {
    this.store.assign(parameters);
    this.#load('parameters', this.store.values, state?.steps ?? 0);
    if (!state) return;
    const { length } = this.store.values;
    Object.keys(this.#lead.optimizer.slots).forEach((name, index) => {
      const given = state.optimizer[name];
      if (given?.size !== length) {
        throw new ValueError(
          `train: the checkpoint's '${name}' has ${given?.size ?? 'no'} numbers, ${length} are needed. Was the optimiser another one?`,
        );
      }
      this.#load(index, given.data, state.steps);
    });
  }

  /** A copy of what a checkpoint must hold of the optimiser besides `steps`: whole flat arrays, by name. */
  optimizerState(): NamedParameters {
    const names = Object.keys(this.#lead.optimizer.slots);
    return Object.fromEntries(names.map((name, index) => [name, this.#save(index)]));
  }

  async dispose(): Promise<void> {
    await this.#team?.stop();
    await this.#lead.dispose();
  }

  /** Hands a flat array to every replica. */
  #load(array: FlatArray, flat: Float32Array, steps: number): void {
    if (this.#team) {
      this.#team.exchange.flat.set(flat);
      this.#team.order({ kind: 'load', array, steps });
    }
    this.#lead.load(array, flat);
    this.#lead.optimizer.steps = steps;
    this.#team?.finish();
  }

  /** Puts a flat array together of what every replica has of it. */
  #save(array: number): NdArray<'float32'> {
    const { length } = this.store.values;
    const flat = new Float32Array(length);
    if (this.#team) {
      this.#team.order({ kind: 'save', array });
      this.#team.finish();
      flat.set(this.#team.exchange.flat);
    }
    this.#lead.save(array, flat);
    return new NdArray(flat, [length], 'float32');
  }
}
