import { NdArray, sizeOf } from '../../core/index.ts';
import type { Engine, Program } from '../../engine/index.ts';
import type { TrainingConfig } from '../../io/index.ts';
import { createBufferMemory, sumOfSquares } from '../../kernels/index.ts';
import type { Key } from '../../random/index.ts';
import { Optimizer, optimizerSlots } from '../optimizers.ts';
import { ParameterStore, flatLength } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { TrainingStep } from '../step.ts';
import type { StepValues } from '../step.ts';
import type { StepGraph } from '../step-graph.ts';
import type { Exchange } from './exchange.ts';
import type { FlatArray } from './commands.ts';
import { alone } from './collectives.ts';
import type { Collectives } from './collectives.ts';
import { factorName, isBatch, normBlock, stepOnRows } from './plan.ts';
import type { Range, StepPlan } from './plan.ts';
import type { RowStep } from './row-step.ts';
import { SharedCollectives } from './shared-collectives.ts';

export interface StepRequest {
  /** The noise's key: the same key gives the same draws. */
  readonly key: Key;
  /** Weight of the KL term. */
  readonly beta: number;
  readonly learningRate: number;
}

export interface StepOutcome extends StepValues {
  /** Euclidean norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Why no parameter has changed, where none has: `loss NaN and gradient norm NaN`. */
  readonly refused?: string;
}

export interface ReplicaOptions {
  readonly parameters: readonly StoredSpec[];
  readonly config: Pick<TrainingConfig, 'optimizer' | 'clipNorm'>;
}

/** The group that a replica is one of, and which one. */
export interface GroupMember {
  readonly exchange: Exchange;
  readonly index: number;
}

/** A cache line, in float32. */
const lineLength = 16;

interface Parts {
  readonly store: ParameterStore;
  readonly optimizer: Optimizer;
  readonly range: Range;
  readonly collectives: Collectives;
  readonly batch: NdArray<'float32'>;
  readonly step: TrainingStep;
  readonly reduction?: Program | undefined;
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
  readonly #collectives: Collectives;
  /** The reductions over all rows that it computes: gradients of its range, and for the lead the means. */
  readonly #reduction: Program | undefined;
  readonly #clipNorm: number | undefined;
  readonly #squares: Float64Array;

  private constructor({ config }: ReplicaOptions, parts: Parts) {
    this.store = parts.store;
    this.step = parts.step;
    this.batch = parts.batch;
    this.range = parts.range;
    this.optimizer = parts.optimizer;
    this.#collectives = parts.collectives;
    this.#reduction = parts.reduction;
    this.#clipNorm = config.clipNorm;
    this.#squares = new Float64Array(Math.ceil((parts.range.to - parts.range.from) / normBlock));
  }

  /**
   * One that takes whole steps.
   * @param options.threads of ONNX Runtime's, which part each op between them
   * @param options.whole another one: it and this have the same batch, parameters and optimiser
   */
  static async alone(
    engine: Engine,
    options: ReplicaOptions & { readonly graph: StepGraph; readonly threads: number; readonly whole?: Replica },
  ): Promise<Replica> {
    const { parameters, graph, config, threads, whole } = options;
    const range = { from: 0, to: flatLength(parameters) };
    const store =
      whole?.store ?? new ParameterStore(parameters, { extra: optimizerSlots(config.optimizer) * range.to });
    const step = await TrainingStep.compile(engine, graph, { store, threads, ...(whole && { batch: whole.batch }) });
    const optimizer = new Optimizer(config.optimizer, store, { within: whole?.optimizer });
    return new Replica(options, { store, optimizer, range, collectives: alone, batch: step.batch, step });
  }

  /**
   * One of several that share a step.
   * @param options.whole one that takes whole steps on this thread: it and this have the same batch, parameters and optimiser
   */
  static async share(
    engine: Engine,
    options: ReplicaOptions & { readonly step: RowStep; readonly member: GroupMember; readonly whole?: Replica },
  ): Promise<Replica> {
    const { parameters, config, member, whole } = options;
    const { exchange, index } = member;
    const { plan } = exchange;
    const range = exchange.rangeOf(index);
    const extra = optimizerSlots(config.optimizer) * (range.to - range.from);
    const store = whole?.store ?? new ParameterStore(parameters, { extra });
    const batch = whole?.batch ?? NdArray.zeros(plan.batchShape, 'float32');
    const factors = alignedFactors(plan, batch);
    const graph = stepOnRows(options.step, plan, index);
    const step = await TrainingStep.compile(engine, graph, {
      store,
      threads: 1,
      batch: rowsOf(batch, plan, index),
      boundOutputs: Object.fromEntries(factors.map((factor, k) => [factorName(k), rowsOf(factor, plan, index)])),
    });
    const reduction = await compileReduction(engine, plan, { index, store, factors, step });
    const collectives = new SharedCollectives(exchange, { index, store, factors });
    const optimizer = new Optimizer(config.optimizer, store, { range, within: whole?.optimizer });
    return new Replica(options, { store, optimizer, range, collectives, batch, step, reduction });
  }

  /** One step on this replica's rows in `batch`; all replicas take it together. */
  async take({ key, beta, learningRate }: StepRequest): Promise<StepOutcome> {
    const collectives = this.#collectives;
    await this.step.run({ key, beta });
    await collectives.exchangeGradients();
    await this.#reduction?.run();
    const { values, squares } = await collectives.allReduce(this.#squaresByBlock(), this.step.values);
    const gradientNorm = Math.sqrt(squares);
    const clip = this.#clipNorm !== undefined && gradientNorm > this.#clipNorm ? this.#clipNorm / gradientNorm : 1;
    const refused = this.#refusal(values.loss, gradientNorm, clip);
    if (refused !== undefined) return { ...values, gradientNorm, refused };
    this.optimizer.step({ learningRate, gradientScale: clip });
    await collectives.allGatherParameters();
    return { ...values, gradientNorm };
  }

  /** Why this is no step to take. All replicas have the same numbers, and come to the same. */
  #refusal(loss: number, gradientNorm: number, clip: number): string | undefined {
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      return `loss ${loss} and gradient norm ${gradientNorm}`;
    }
    const { largestNorm } = this.optimizer;
    if (gradientNorm * clip <= largestNorm) return undefined;
    return `gradient norm ${gradientNorm.toPrecision(2)}, and beyond ${largestNorm.toPrecision(2)} squares are too large for the optimiser's moments`;
  }

  #squaresByBlock(): Float64Array {
    const { gradients, memory } = this.store;
    this.#squares.forEach((_, k) => {
      const from = this.range.from + k * normBlock;
      const block = gradients.subarray(from, Math.min(from + normBlock, this.range.to));
      this.#squares[k] = sumOfSquares(memory, block);
    });
    return this.#squares;
  }

  /** Copies in what this replica needs of a flat array. */
  load(array: FlatArray, flat: Float32Array): void {
    const { from, to } = this.range;
    if (array === 'parameters') this.store.values.set(flat);
    else this.#array(array).set(flat.subarray(from, to));
  }

  /** Copies out this replica's range of its gradients, or of an array of its optimiser. */
  save(array: 'gradients' | number, flat: Float32Array): void {
    const { from, to } = this.range;
    flat.set(array === 'gradients' ? this.store.gradients.subarray(from, to) : this.#array(array), from);
  }

  #array(index: number): Float32Array {
    const array = Object.values(this.optimizer.slots)[index];
    if (!array) throw new RangeError(`The optimiser has no array ${index}.`);
    return array;
  }

  async dispose(): Promise<void> {
    await this.step.dispose();
    await this.#reduction?.dispose();
  }
}

/**
 * Room for the factors. ONNX Runtime's logarithm computes what lies before a multiple of 16 bytes number by number, with other
 * rounding: small arrays of JavaScript's begin anywhere, those of a WebAssembly memory at a multiple of 64.
 */
function alignedFactors({ factors }: StepPlan, batch: NdArray<'float32'>): NdArray<'float32'>[] {
  const sizes = factors.map((factor) => (isBatch(factor) ? 0 : sizeOf(factor.shape as number[])));
  const lines = sizes.reduce((total, size) => total + Math.ceil(size / lineLength), 0);
  const memory = createBufferMemory(lines * lineLength * Float32Array.BYTES_PER_ELEMENT);
  return factors.map((factor, k) =>
    isBatch(factor)
      ? batch
      : new NdArray(memory.allocate('float32', sizes[k] ?? 0), factor.shape as number[], 'float32'),
  );
}

/** A view of one replica's rows. */
function rowsOf({ data, shape }: NdArray<'float32'>, { rows }: StepPlan, index: number): NdArray<'float32'> {
  const [, ...sizes] = shape;
  const { from, to } = rows[index] ?? { from: 0, to: 0 };
  const width = sizes.reduce((product, size) => product * size, 1);
  return new NdArray(data.subarray(from * width, to * width), [to - from, ...sizes]);
}

async function compileReduction(
  engine: Engine,
  plan: StepPlan,
  parts: {
    readonly index: number;
    readonly store: ParameterStore;
    readonly factors: readonly NdArray<'float32'>[];
    readonly step: TrainingStep;
  },
): Promise<Program | undefined> {
  const { index, store, factors, step } = parts;
  const reduction = plan.reductions[index];
  if (!reduction || Object.keys(reduction.outputs).length === 0) return undefined;
  const { key, beta, ...means } = step.scalars;
  const gradients = Object.entries(reduction.buffers).map(([name, { range, shape }]) => {
    return [name, new NdArray(store.gradients.subarray(range.from, range.to), shape)] as const;
  });
  const boundOutputs = [...gradients, ...Object.entries(means)].filter(([name]) => name in reduction.outputs);
  const given = reduction.factors.flatMap((k) => (factors[k] ? [[factorName(k), factors[k]] as const] : []));
  return engine.compile({
    outputs: reduction.outputs,
    boundInputs: { ...store.parameters, ...Object.fromEntries(given), key, beta },
    boundOutputs: Object.fromEntries(boundOutputs),
    threads: 1,
  });
}
