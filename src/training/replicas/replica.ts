import type { NdArray } from '../../core/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { TrainingConfig } from '../../io/index.ts';
import type { Key } from '../../random/index.ts';
import { Optimizer, optimizerSlots } from '../optimizers.ts';
import { ParameterStore, flatLength } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { TrainingStep } from '../step.ts';
import type { StepValues } from '../step.ts';
import type { StepGraph } from '../step-graph.ts';
import type { Exchange } from './exchange.ts';
import type { FlatArray } from './orders.ts';
import { alone } from './peers.ts';
import type { Peers, Range } from './peers.ts';
import { SharedPeers, incomingLength } from './shared-peers.ts';

export interface StepRequest {
  /** The noise's key: the same key gives the same draws. */
  readonly key: Key;
  /** Weight of the KL term. */
  readonly beta: number;
  readonly learningRate: number;
}

export interface StepOutcome extends StepValues {
  /** Euclidean norm of the gradient before clipping. Where it or the loss is not finite, no parameter has changed. */
  readonly gradientNorm: number;
}

export interface ReplicaOptions {
  readonly parameters: readonly StoredSpec[];
  /** The step on this replica's rows. */
  readonly graph: StepGraph;
  readonly config: Pick<TrainingConfig, 'optimizer' | 'clipNorm'>;
  readonly threads: number;
  /** Where its rows will be; default: a new array. */
  readonly batch?: NdArray<'float32'>;
  /** Where it meets the others, and which of them it is; default: there are none. */
  readonly place?: { readonly exchange: Exchange; readonly index: number };
}

/**
 * A copy of the model that takes training steps. Several share a step: each computes some rows of the batch, and updates
 * some of the parameters by everybody's gradients.
 */
export class Replica {
  readonly store: ParameterStore;
  readonly optimizer: Optimizer;
  readonly step: TrainingStep;
  /** The part of the flat arrays that it updates. */
  readonly range: Range;
  readonly #peers: Peers;
  readonly #clipNorm: number | undefined;

  private constructor(
    { config }: ReplicaOptions,
    parts: { readonly store: ParameterStore; readonly peers: Peers; readonly step: TrainingStep },
  ) {
    this.store = parts.store;
    this.step = parts.step;
    this.optimizer = new Optimizer(config.optimizer, parts.store, parts.peers.range);
    this.range = parts.peers.range;
    this.#peers = parts.peers;
    this.#clipNorm = config.clipNorm;
  }

  static async compile(engine: Engine, options: ReplicaOptions): Promise<Replica> {
    const { parameters, graph, config, threads, batch, place } = options;
    const { from, to } = place ? place.exchange.rangeOf(place.index) : { from: 0, to: flatLength(parameters) };
    const extra = optimizerSlots(config.optimizer) * (to - from) + (place ? incomingLength : 0);
    const store = new ParameterStore(parameters, { extra });
    const peers = place ? new SharedPeers(place.exchange, { index: place.index, store }) : alone(store);
    const step = await TrainingStep.compile(engine, graph, { store, threads, batch });
    return new Replica(options, { store, peers, step });
  }

  /** One step on the rows in `step.batch`; all replicas take it together. */
  async take({ key, beta, learningRate }: StepRequest): Promise<StepOutcome> {
    const peers = this.#peers;
    const own = await this.step.run({ key: peers.keyOf(key), beta });
    const { values, sumOfSquares } = await peers.reduce(this.store, own);
    // The gradient of the batch's mean is the mean of the replicas' gradients.
    const gradientNorm = Math.sqrt(sumOfSquares) / peers.count;
    if (Number.isFinite(values.loss) && Number.isFinite(gradientNorm)) {
      const clip = this.#clipNorm !== undefined && gradientNorm > this.#clipNorm ? this.#clipNorm / gradientNorm : 1;
      this.optimizer.step({ learningRate, gradientScale: clip / peers.count });
      await peers.gather(this.store);
    }
    return { ...values, gradientNorm };
  }

  /** Copies in what this replica needs of a flat array. */
  load(array: FlatArray, flat: Float32Array): void {
    const { from, to } = this.range;
    if (array === 'parameters') this.store.values.set(flat);
    else this.#slot(array).set(flat.subarray(from, to));
  }

  /** Copies out this replica's range of an array of its optimiser. */
  save(array: number, flat: Float32Array): void {
    flat.set(this.#slot(array), this.range.from);
  }

  #slot(index: number): Float32Array {
    const slot = Object.values(this.optimizer.slots)[index];
    if (!slot) throw new RangeError(`The optimiser has no array ${index}.`);
    return slot;
  }

  dispose(): Promise<void> {
    return this.step.dispose();
  }
}
