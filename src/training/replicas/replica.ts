import { NdArray, sizeOf } from '../../core/index.ts';
import type { Engine, Program } from '../../engine/index.ts';
import type { OptimizerConfig, TrainingConfig } from '../../config/index.ts';
import { createBufferMemory } from '../../kernels/index.ts';
import { optimizerSlots } from '../optimizers.ts';
import type { Optimizer } from '../optimizers.ts';
import { ParameterStore, flatLength } from '../parameter-store.ts';
import type { StoredSpec } from '../parameter-store.ts';
import { TrainingStep } from '../step.ts';
import type { StepValues } from '../step.ts';
import type { StepGraph } from '../step-graph.ts';
import type { FlatArray, StepRequest } from './commands.ts';
import { alone, totalOf } from './collectives.ts';
import type { Collectives } from './collectives.ts';
import { ParameterGroup } from './parameter-group.ts';
import { factorName, isBatch, rangeOf, stepOnRows } from './plan.ts';
import type { StepPlan } from './plan.ts';
import type { RowStep } from './row-step.ts';

export interface StepOutcome extends StepValues {
  /** Euclidean norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** Of the gradient of the objective's own parameters, where it has some. */
  readonly ownGradientNorm?: number;
  /** What was asked for by this replica or another, where anything was. */
  readonly asked?: number;
  /** Why no parameter has changed, where none has: `loss NaN and gradient norm NaN`. */
  readonly refused?: string;
}

export interface ReplicaOptions {
  readonly parameters: readonly StoredSpec[];
  readonly config: Pick<TrainingConfig, 'optimizer' | 'clipNorm'>;
}

/** An objective's own parameters, which lie behind the model's in the flat arrays, and what changes them. */
export interface OwnParameters {
  readonly parameters: readonly StoredSpec[];
  readonly optimizer: OptimizerConfig;
}

/** The group that a replica is one of, and which one. */
export interface GroupMember {
  readonly plan: StepPlan;
  readonly index: number;
  /** Its collective operations, on the arrays that it has made. */
  readonly join: (arrays: MemberArrays) => Collectives;
}

/** What a replica that shares steps hands around. */
export interface MemberArrays {
  readonly store: ParameterStore;
  /** The plan's sufficient factors over the whole batch; the replica's own rows of them are there after its part of the step. */
  readonly factors: readonly NdArray<'float32'>[];
}

/** A cache line, in float32. */
const lineLength = 16;

interface Parts {
  readonly store: ParameterStore;
  readonly group: ParameterGroup;
  readonly own?: ParameterGroup | undefined;
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
  readonly step: TrainingStep;
  /** [examples, inputSize] of the whole batch; the step reads this replica's rows. */
  readonly batch: NdArray<'float32'>;
  /** The objective's own parameters, where it has some; then a step is not shared. */
  readonly own: ParameterGroup | undefined;
  /** The part of the model's parameters that it updates. */
  readonly #group: ParameterGroup;
  readonly #collectives: Collectives;
  /** The reductions over all rows that it computes: gradients of its range, and for the lead the means. */
  readonly #reduction: Program | undefined;

  private constructor(parts: Parts) {
    this.store = parts.store;
    this.step = parts.step;
    this.batch = parts.batch;
    this.own = parts.own;
    this.#group = parts.group;
    this.#collectives = parts.collectives;
    this.#reduction = parts.reduction;
  }

  /** Of the model's parameters. */
  get optimizer(): Optimizer {
    return this.#group.optimizer;
  }

  /**
   * One that takes whole steps.
   * @param options.threads of ONNX Runtime's, which part each op between them
   * @param options.whole another one: it and this have the same batch, parameters and optimiser
   */
  static async alone(
    engine: Engine,
    options: ReplicaOptions & {
      readonly graph: StepGraph;
      readonly own?: OwnParameters | undefined;
      readonly threads: number;
      readonly whole?: Replica;
    },
  ): Promise<Replica> {
    const { parameters, graph, own, threads, whole } = options;
    const { optimizer, clipNorm } = options.config;
    const length = flatLength(parameters);
    const ownLength = flatLength(own?.parameters ?? []);
    const extra = optimizerSlots(optimizer) * length + (own ? optimizerSlots(own.optimizer) * ownLength : 0);
    const store = whole?.store ?? new ParameterStore([...parameters, ...(own?.parameters ?? [])], { extra });
    const step = await TrainingStep.compile(engine, graph, { store, threads, ...(whole && { batch: whole.batch }) });
    const range = { from: 0, to: length };
    const group = new ParameterGroup(store, { range, optimizer, clipNorm, within: whole?.optimizer });
    const ownRange = { from: length, to: length + ownLength };
    const ownGroup =
      whole?.own ?? (own && new ParameterGroup(store, { range: ownRange, optimizer: own.optimizer, clipNorm }));
    return new Replica({ store, group, own: ownGroup, collectives: alone, batch: step.batch, step });
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
    const { plan, index, join } = member;
    const range = rangeOf(plan, index);
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
    const collectives = join({ store, factors });
    const group = new ParameterGroup(store, { range, ...config, clipNorm: config.clipNorm, within: whole?.optimizer });
    return new Replica({ store, group, collectives, batch, step, reduction });
  }

  /** One step on this replica's rows in `batch`; all replicas take it together. */
  async take({ key, scalars, learningRate, ownLearningRate = 0, asks = 0 }: StepRequest): Promise<StepOutcome> {
    const collectives = this.#collectives;
    await this.step.run({ key, scalars });
    await collectives.exchangeGradients();
    await this.#reduction?.run();
    const { values, squares, asked } = await collectives.allReduce(
      this.#group.squaresByBlock(),
      this.step.values,
      asks,
    );
    const gradientNorm = Math.sqrt(squares);
    const ownGradientNorm = this.own && Math.sqrt(totalOf(this.own.squaresByBlock()));
    const outcome = {
      ...values,
      gradientNorm,
      ...(ownGradientNorm !== undefined && { ownGradientNorm }),
      ...(asked !== 0 && { asked }),
    };
    const refused = this.#refusal(outcome);
    if (refused !== undefined) return { ...outcome, refused };
    this.#group.update(gradientNorm, learningRate);
    if (ownGradientNorm !== undefined) this.own?.update(ownGradientNorm, ownLearningRate);
    await collectives.allGatherParameters();
    return outcome;
  }

  /** Why this is no step to take. All replicas have the same numbers, and come to the same. */
  #refusal({ loss, gradientNorm, ownGradientNorm = 0 }: StepOutcome): string | undefined {
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      return `loss ${loss} and gradient norm ${gradientNorm}`;
    }
    const ofOwn = Number.isFinite(ownGradientNorm)
      ? this.own?.refusal(ownGradientNorm)
      : `gradient norm ${ownGradientNorm}`;
    return this.#group.refusal(gradientNorm) ?? (ofOwn && `${ofOwn} (the objective's own parameters)`);
  }

  /** Copies in what this replica needs of a flat array. */
  load(array: FlatArray, flat: Float32Array): void {
    const { from, to } = this.#group.range;
    if (array === 'parameters') this.store.values.set(flat);
    else this.#array(array).set(flat.subarray(from, to));
  }

  /** Copies out this replica's range of its gradients, or of an array of its optimiser. */
  save(array: 'gradients' | number, flat: Float32Array): void {
    const { from, to } = this.#group.range;
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
function rowsOf(
  { data, shape }: NdArray<'float32'>,
  { rows, batchShape: [examples] }: StepPlan,
  index: number,
): NdArray<'float32'> {
  const [length = 0, ...sizes] = shape;
  const { from, to } = rows[index] ?? { from: 0, to: 0 };
  const width = data.length / examples;
  return new NdArray(data.subarray(from * width, to * width), [((to - from) * length) / examples, ...sizes]);
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
  const { key, inputs, outputs: means } = step.scalars;
  const gradients = Object.entries(reduction.buffers).map(([name, { range, shape }]) => {
    return [name, new NdArray(store.gradients.subarray(range.from, range.to), shape)] as const;
  });
  const boundOutputs = [...gradients, ...Object.entries(means)].filter(([name]) => name in reduction.outputs);
  const given = reduction.factors.flatMap((k) => (factors[k] ? [[factorName(k), factors[k]] as const] : []));
  return engine.compile({
    outputs: reduction.outputs,
    boundInputs: { ...store.parameters, ...Object.fromEntries(given), key, ...inputs },
    boundOutputs: Object.fromEntries(boundOutputs),
    threads: 1,
  });
}
