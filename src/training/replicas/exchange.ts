import { Activity, activityWords } from './activity.ts';
import { Barrier, barrierWords } from './barrier.ts';
import { commandLength } from './commands.ts';
import { isBatch, normBlock, widthOf } from './plan.ts';
import type { StepPlan } from './plan.ts';
import type { Range } from './range.ts';

/** The buffers of one step. */
export interface Slot {
  /** The plan's sufficient factors over the whole batch; each replica writes its rows. */
  readonly factors: readonly { readonly data: Float32Array }[];
  /** Each replica's terms of the gradients that are added up, at their places of the flat array; empty where there are none. */
  readonly gradients: readonly Float32Array[];
  /** The new parameters, each part written by the replica that updates it. */
  readonly parameters: Float32Array;
}

/** A cache line. */
const alignment = 64;

/**
 * Writing where another core has just read takes three times as long as elsewhere, since its cache must give up each line
 * first. So there is a ring of slots for steps in turn, as many as fit into this: more than caches keep.
 */
const ringBytes = 16 * 2 ** 20;

/**
 * The memory that replicas share. Gradients and parameters are copied there and from there: working in it is slower
 * (README.md), and onnxruntime-node's own binding refuses to.
 */
export class Exchange {
  readonly plan: StepPlan;
  readonly memory: SharedArrayBuffer;
  readonly barrier: Barrier;
  readonly activity: Activity;
  /** What the followers are to do, from the lead. */
  readonly command: Float64Array;
  /** The batch's means, from the lead: the loss, then the metrics. */
  readonly means: Float64Array;
  /** Squares of the gradient, block by block: `normBlock`. */
  readonly squares: Float64Array;
  /** [examples, inputSize], of which the lead writes what followers need. */
  readonly batch: Float32Array;
  /** Room for one flat array that passes between steps. */
  readonly flat: Float32Array;
  readonly #slots: readonly Slot[];

  /** @param memory of the exchange that the lead made for the same plan; default: new */
  constructor(plan: StepPlan, memory?: SharedArrayBuffer) {
    const { replicas, names, batchShape, length, factors, sums } = plan;
    const [examples, inputSize] = batchShape;
    const layout = new Layout();
    const barrier = layout.allocate(4 * barrierWords);
    const activity = layout.allocate(4 * activityWords);
    const commandWords = commandLength(names.scalars);
    const meansWords = 1 + names.metrics.length;
    const command = layout.allocate(8 * commandWords);
    const means = layout.allocate(8 * meansWords);
    const blocks = Math.ceil(length / normBlock);
    const squares = layout.allocate(8 * blocks);
    const batch = layout.allocate(4 * examples * inputSize);
    const flat = layout.allocate(4 * length);
    const sizes = factors.map((factor) => (isBatch(factor) ? 0 : examples * widthOf(factor, plan)));
    const summed = sums.length > 0 ? length : 0;
    const slots = Array.from({ length: slotCount(plan) }, () => ({
      factors: sizes.map((size) => ({ offset: layout.allocate(4 * size), size })),
      gradients: layout.allocateEach(replicas, 4 * summed),
      parameters: layout.allocate(4 * length),
    }));
    const shared = memory ?? new SharedArrayBuffer(layout.bytes);

    this.plan = plan;
    this.memory = shared;
    this.barrier = new Barrier(new Int32Array(shared, barrier, barrierWords), replicas);
    this.activity = new Activity(new Int32Array(shared, activity, activityWords));
    this.command = new Float64Array(shared, command, commandWords);
    this.means = new Float64Array(shared, means, meansWords);
    this.squares = new Float64Array(shared, squares, blocks);
    this.batch = new Float32Array(shared, batch, examples * inputSize);
    this.flat = new Float32Array(shared, flat, length);
    this.#slots = slots.map((slot) => ({
      factors: slot.factors.map(({ offset, size }) => ({ data: new Float32Array(shared, offset, size) })),
      gradients: slot.gradients.map((offset) => new Float32Array(shared, offset, summed)),
      parameters: new Float32Array(shared, slot.parameters, length),
    }));
  }

  /** The slot of the ring for the given step. */
  slot(step: number): Slot {
    const slot = this.#slots[step % this.#slots.length];
    if (!slot) throw new RangeError(`There is no step ${step}.`);
    return slot;
  }

  /** The part of the parameters that a replica updates. */
  rangeOf(replica: number): Range {
    return this.plan.ranges[replica] ?? { from: 0, to: 0 };
  }
}

function slotCount(plan: StepPlan): number {
  const { replicas, length, sums, factors, batchShape } = plan;
  const summed = sums.reduce((total, { from, to }) => total + to - from, 0);
  const handed = factors.reduce(
    (total, factor) => total + (isBatch(factor) ? 0 : batchShape[0] * widthOf(factor, plan)),
    0,
  );
  return Math.min(16, Math.max(1, Math.floor(ringBytes / (4 * (length + (replicas - 1) * summed + handed)))));
}

/** Ranges of a buffer, each on cache lines of its own. */
class Layout {
  bytes = 0;

  allocate(size: number): number {
    const offset = this.bytes;
    this.bytes = Math.ceil((offset + size) / alignment) * alignment;
    return offset;
  }

  allocateEach(count: number, size: number): number[] {
    return Array.from({ length: count }, () => this.allocate(size));
  }
}
