import type { Engine } from '../../engine/index.ts';
import { packGraph } from '../../graph/index.ts';
import type { StoredSpec } from '../parameter-store.ts';
import type { StepGraph } from '../step-graph.ts';
import { Exchange } from './thread-exchange.ts';
import type { FlatArray } from './commands.ts';
import { planStep, rangeOf, spanOf } from './plan.ts';
import type { Rank } from './plan.ts';
import { Replica } from './replica.ts';
import type { StepRequest } from './commands.ts';
import type { GroupMember, ReplicaOptions, StepOutcome } from './replica.ts';
import type { RowStep } from './row-step.ts';
import { sharedMember } from './thread-collectives.ts';
import { Team } from './team.ts';

export interface ThreadStepsOptions {
  readonly parameters: readonly StoredSpec[];
  readonly config: ReplicaOptions['config'];
  readonly step: StepGraph;
  readonly parted: RowStep;
  /** Takes whole steps on this thread: its batch, parameters and optimiser are the lead's too. */
  readonly whole?: Replica;
  readonly count: number;
  /** Of one of several processes: which, and the lead as a member of both groups. */
  readonly rank?: { readonly of: Rank; readonly memberOf: (exchange: Exchange) => GroupMember };
  readonly followerEntry?: URL | undefined;
  readonly followerPatience?: number | undefined;
}

/** Steps that the lead, on this thread, shares with followers, on theirs. */
export class ThreadSteps {
  readonly lead: Replica;
  readonly #team: Team;

  private constructor(lead: Replica, team: Team) {
    this.lead = lead;
    this.#team = team;
  }

  /** @throws Error when a thread does not start, with the reason */
  static async start(engine: Engine, options: ThreadStepsOptions): Promise<ThreadSteps> {
    const { parted, whole, count, step, rank, followerEntry: entry, followerPatience: patience } = options;
    const parameters = options.parameters.map(({ name, shape, kind }) => ({ name, shape, ...(kind && { kind }) }));
    const { optimizer, clipNorm } = options.config;
    const shared = { parameters, config: { optimizer, ...(clipNorm !== undefined && { clipNorm }) } };
    const exchange = new Exchange(planStep(parted, parameters, count, rank?.of));
    const sumsDense = parted.summed.length > 0;
    const packed = { outputs: packGraph(step.outputs), shape: step.shape, names: step.names, sumsDense };
    const task = { ...shared, step: packed, engine: engine.choice ?? 'auto' } as const;
    const team = await Team.start(exchange, task, { entry, patience, of: rank?.of });
    try {
      const member = rank?.memberOf(exchange) ?? sharedMember(exchange, 0);
      const lead = await Replica.share(engine, { ...shared, step: parted, member, ...(whole && { whole }) });
      return new ThreadSteps(lead, team);
    } catch (error) {
      await team.stop();
      throw error;
    }
  }

  async take(request: StepRequest): Promise<StepOutcome> {
    const { exchange, batchPart } = this.#team;
    exchange.batch.set(this.lead.batch.data.subarray(batchPart.from, batchPart.to), batchPart.from);
    await this.#team.begin(request);
    return this.lead.take(request);
  }

  /** Gives the followers the parameters as they are on this thread, and their parts of the optimiser's whole arrays. */
  distribute(slots: readonly Float32Array[]): void {
    const { steps } = this.lead.optimizer;
    const give = (array: FlatArray, flat: Float32Array): void => {
      this.#team.exchange.flat.set(flat);
      this.#team.send({ kind: 'load', array, steps });
      this.#team.finish();
    };
    give('parameters', this.lead.store.values);
    slots.forEach((slot, index) => {
      give(index, slot);
    });
  }

  /** Takes the followers' parts of the optimiser into its whole arrays here. The parameters are here in any case. */
  collect(slots: readonly Float32Array[]): void {
    slots.forEach((slot, index) => {
      this.#fetch(index, slot);
    });
  }

  /** The last step's gradients of all parameters. */
  gradients(): Float32Array {
    const flat = this.lead.store.gradients.slice();
    this.#fetch('gradients', flat);
    return flat;
  }

  /** Copies the followers' ranges of an array into a flat array that has the lead's already. */
  #fetch(array: 'gradients' | number, out: Float32Array): void {
    const { exchange } = this.#team;
    this.#team.send({ kind: 'save', array });
    this.#team.finish();
    const { to } = rangeOf(exchange.plan, 0);
    out.set(exchange.flat.subarray(to, spanOf(exchange.plan.ranges).to), to);
  }

  /** The error to report when a step failed with `error`: see `Team`. */
  reasonFor(error: unknown): Promise<unknown> {
    return this.#team.reasonFor(error);
  }

  stop(): Promise<void> {
    return this.#team.stop();
  }
}
