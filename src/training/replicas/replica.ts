import { NdArray } from '../../core/index.ts';
import type { Engine, Program } from '../../engine/index.ts';
import type { TrainingConfig } from '../../io/index.ts';
import { sumOfSquares } from '../../kernels/index.ts';
import type { Key } from '../../random/index.ts';
import { Optimizer, optimizerSlots } from '../optimizers.ts';
import { ParameterStore, flatLength } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { TrainingStep } from '../step.ts';
import type { StepValues } from '../step.ts';
import { gradientName } from '../step-graph.ts';
import type { StepGraph } from '../step-graph.ts';
import type { Exchange } from './exchange.ts';
import type { FlatArray } from './orders.ts';
import { alone } from './peers.ts';
import type { Peers } from './peers.ts';
import { factorName, factorsFor, isBatch, productsOf, stepOnRows } from './plan.ts';
import type { Product, Range, StepPlan } from './plan.ts';
import { SharedPeers, incomingLength } from './shared-peers.ts';
import type { SharedPeersOptions } from './shared-peers.ts';

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
  /** Where it meets the others, and which of them it is; default: there are none. */
  readonly place?: { readonly exchange: Exchange; readonly index: number };
}

interface Parts {
  readonly store: ParameterStore;
  readonly range: Range;
  readonly peers: Peers;
  readonly batch: NdArray<'float32'>;
  readonly step: TrainingStep;
  readonly products?: Program | undefined;
}

/**
 * A copy of the model that takes training steps. Several share a step: each computes some rows of the batch, and updates
 * some of the parameters by everybody's gradients.
 */
export class Replica {
  readonly store: ParameterStore;
  readonly optimizer: Optimizer;
  readonly step: TrainingStep;
  /** [examples, inputSize] of the whole batch; the step reads this replica's rows. */
  readonly batch: NdArray<'float32'>;
  /** The part of the flat arrays that it updates. */
  readonly range: Range;
  readonly #peers: Peers;
  /** The gradients of the weights that it updates by factors of all rows. */
  readonly #products: Program | undefined;
  readonly #clipNorm: number | undefined;

  private constructor({ config }: ReplicaOptions, parts: Parts) {
    this.store = parts.store;
    this.step = parts.step;
    this.batch = parts.batch;
    this.range = parts.range;
    this.optimizer = new Optimizer(config.optimizer, parts.store, parts.range);
    this.#peers = parts.peers;
    this.#products = parts.products;
    this.#clipNorm = config.clipNorm;
  }

  static async compile(engine: Engine, options: ReplicaOptions): Promise<Replica> {
    const { parameters, graph, config, threads, place } = options;
    if (place) return Replica.#compileShare(engine, options, place);
    const range = { from: 0, to: flatLength(parameters) };
    const store = new ParameterStore(parameters, { extra: optimizerSlots(config.optimizer) * range.to });
    const step = await TrainingStep.compile(engine, graph, { store, threads });
    return new Replica(options, { store, range, peers: alone, batch: step.batch, step });
  }

  static async #compileShare(
    engine: Engine,
    options: ReplicaOptions,
    { exchange, index }: { readonly exchange: Exchange; readonly index: number },
  ): Promise<Replica> {
    const { parameters, graph, config, threads } = options;
    const { plan } = exchange;
    const range = exchange.rangeOf(index);
    const extra = optimizerSlots(config.optimizer) * (range.to - range.from) + incomingLength;
    const store = new ParameterStore(parameters, { extra });
    const batch = NdArray.zeros(plan.batchShape, 'float32');
    const factors = plan.factors.map((factor) =>
      isBatch(factor) ? batch : NdArray.zeros([plan.batchShape[0], factor.shape[1] as number], 'float32'),
    );
    const rows = (whole: NdArray<'float32'>): NdArray<'float32'> => rowsOf(whole, index, plan.replicas);
    const step = await TrainingStep.compile(engine, stepOnRows(graph, plan), {
      store,
      threads,
      batch: rows(batch),
      boundOutputs: Object.fromEntries(factors.map((factor, k) => [factorName(k), rows(factor)])),
    });
    const products = await compileProducts(engine, exchange.plan, { index, store, factors, threads });
    const peers = new SharedPeers(exchange, { index, store, factors });
    return new Replica(options, { store, range, peers, batch, step, products });
  }

  /** One step on this replica's rows in `batch`; all replicas take it together. */
  async take({ key, beta, learningRate }: StepRequest): Promise<StepOutcome> {
    const peers = this.#peers;
    const { from, to } = this.range;
    const own = await this.step.run({ key: peers.keyOf(key), beta });
    const values = await peers.exchange(own);
    await this.#products?.run();
    const squares = await peers.total(sumOfSquares(this.store.memory, this.store.gradients.subarray(from, to)));
    // The gradient of the batch's mean is the mean of the replicas' gradients.
    const gradientNorm = Math.sqrt(squares) / peers.count;
    if (Number.isFinite(values.loss) && Number.isFinite(gradientNorm)) {
      const clip = this.#clipNorm !== undefined && gradientNorm > this.#clipNorm ? this.#clipNorm / gradientNorm : 1;
      this.optimizer.step({ learningRate, gradientScale: clip / peers.count });
      await peers.gather();
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

  async dispose(): Promise<void> {
    await this.step.dispose();
    await this.#products?.dispose();
  }
}

/** A view of one replica's rows. */
export function rowsOf({ data, shape }: NdArray<'float32'>, index: number, replicas: number): NdArray<'float32'> {
  const [examples = 0, width = 0] = shape;
  const length = data.length / replicas;
  return new NdArray(data.subarray(index * length, (index + 1) * length), [examples / replicas, width]);
}

async function compileProducts(
  engine: Engine,
  plan: StepPlan,
  { index, store, factors, threads }: SharedPeersOptions & { readonly threads: number },
): Promise<Program | undefined> {
  const products = productsOf(plan, index);
  if (products.length === 0) return undefined;
  const view = ({ from, to }: Range, [, columns]: Product['shape']): NdArray<'float32'> =>
    new NdArray(store.gradients.subarray(from, to), [(to - from) / columns, columns]);
  const named = <T>(value: (item: (typeof products)[number]) => T): Record<string, T> =>
    Object.fromEntries(products.map((item) => [gradientName(item.product.parameter), value(item)]));
  const needed = factorsFor(plan, index);
  return engine.compile({
    outputs: named(({ gradient }) => gradient),
    boundOutputs: named(({ range, product }) => view(range, product.shape)),
    boundInputs: Object.fromEntries(
      factors.map((factor, k) => [factorName(k), factor] as const).filter((_, k) => needed.has(k)),
    ),
    threads,
  });
}
