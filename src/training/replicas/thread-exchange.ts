import { Activity, activityWords } from './activity.ts';
import { Barrier, barrierWords } from './barrier.ts';
import { commandLength } from './commands.ts';
import { isBatch, normBlock, widthOf } from './plan.ts';
import type { StepPlan } from './plan.ts';

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
  /** Of the threads of a rank, what all ranks have come to: Σ of the squares, and what is asked for. */
  readonly totals: Float64Array;
  /** [examples, inputSize], of which the lead writes what followers need. */
  readonly batch: Float32Array;
  /** Room for one flat array that passes between steps. */
  readonly flat: Float32Array;
  readonly #slots: readonly Slot[];

  /** @param memory of the exchange that the lead made for the same plan; default: new */
  constructor(plan: StepPlan, memory?: SharedArrayBuffer) {
    const { bytes, ...places } = layoutOf(plan);
    const shared = memory ?? new SharedArrayBuffer(bytes);
    const words = (place: Place): Int32Array => new Int32Array(shared, place.offset, place.length);
    const doubles = (place: Place): Float64Array => new Float64Array(shared, place.offset, place.length);
    const floats = (place: Place): Float32Array => new Float32Array(shared, place.offset, place.length);
    this.plan = plan;
    this.memory = shared;
    this.barrier = new Barrier(words(places.barrier), plan.replicas);
    this.activity = new Activity(words(places.activity));
    this.command = doubles(places.command);
    this.means = doubles(places.means);
    this.squares = doubles(places.squares);
    this.totals = doubles(places.totals);
    this.batch = floats(places.batch);
    this.flat = floats(places.flat);
    this.#slots = places.slots.map(({ factors, gradients, parameters }) => ({
      factors: factors.map((place) => ({ data: floats(place) })),
      gradients: gradients.map(floats),
      parameters: floats(parameters),
    }));
  }

  /** The slot of the ring for the given step. */
  slot(step: number): Slot {
    const slot = this.#slots[step % this.#slots.length];
    if (!slot) throw new RangeError(`There is no step ${step}.`);
    return slot;
  }
}

/** How many bytes an exchange takes. */
export function exchangeBytes(plan: StepPlan): number {
  return layoutOf(plan).bytes;
}

/** Where everything lies in the memory of an exchange. */
function layoutOf(plan: StepPlan) {
  const { replicas, names, batchShape, length, factors, sums } = plan;
  const [examples, inputSize] = batchShape;
  const layout = new Layout();
  const places = {
    barrier: layout.allocate(barrierWords, 4),
    activity: layout.allocate(activityWords, 4),
    command: layout.allocate(commandLength(names.scalars), 8),
    means: layout.allocate(1 + names.metrics.length, 8),
    squares: layout.allocate(Math.ceil(length / normBlock), 8),
    totals: layout.allocate(2, 8),
    batch: layout.allocate(examples * inputSize, 4),
    flat: layout.allocate(length, 4),
    slots: Array.from({ length: slotCount(plan) }, () => ({
      factors: factors.map((factor) => layout.allocate(isBatch(factor) ? 0 : examples * widthOf(factor, plan), 4)),
      gradients: Array.from({ length: replicas }, () => layout.allocate(sums.length > 0 ? length : 0, 4)),
      parameters: layout.allocate(length, 4),
    })),
  };
  return { ...places, bytes: layout.bytes };
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

/** An array in the memory: at which byte it begins, and how many numbers it has. */
interface Place {
  readonly offset: number;
  readonly length: number;
}

/** Ranges of a buffer, each on cache lines of its own. */
class Layout {
  bytes = 0;

  allocate(length: number, bytesEach: number): Place {
    const offset = this.bytes;
    this.bytes = Math.ceil((offset + length * bytesEach) / alignment) * alignment;
    return { offset, length };
  }
}
