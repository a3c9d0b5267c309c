import type { Tensor } from '../../graph/index.ts';
import { Meeting, meetingWords } from './meeting.ts';
import type { Range, StepPlan } from './plan.ts';

/** Where the numbers of one step pass. */
export interface Turn {
  /** The plan's factors over the whole batch; each replica writes its rows. */
  readonly factors: readonly { readonly data: Float32Array }[];
  /** Each replica's gradients, of which the parts that others update are written. */
  readonly gradients: readonly Float32Array[];
  /** The new parameters, each part written by the replica that updates it. */
  readonly parameters: Float32Array;
}

/** Numbers that each replica tells the others in a step, and that the lead tells all: a cache line. */
const noteLength = 8;
/** A cache line. */
const alignment = 64;
/** Words of `#activity`. */
const busy = 0;
const ending = 1;

/**
 * Writing where another core has just read takes three times as long as elsewhere, since its cache must give up each line
 * first. Steps therefore take turns with several places, as many as fit into this: more than caches keep.
 */
const turnBytes = 16 * 2 ** 20;

/**
 * The memory that replicas share. ONNX Runtime cannot work in it, so gradients and parameters are copied there and
 * from there.
 */
export class Exchange {
  readonly plan: StepPlan;
  readonly memory: SharedArrayBuffer;
  readonly meeting: Meeting;
  /** What the lead tells all. */
  readonly order: Float64Array;
  /** What each replica tells all. */
  readonly notes: readonly Float64Array[];
  /** [examples, inputSize], of which the lead writes what followers need. */
  readonly batch: Float32Array;
  readonly #turns: readonly Turn[];
  /** How many followers have not yet carried out their order, and whether the process ends. */
  readonly #activity: Int32Array;

  /** @param memory of the exchange that the lead made for the same plan; default: new */
  constructor(plan: StepPlan, memory?: SharedArrayBuffer) {
    const { replicas, batchShape, length, factors } = plan;
    const [examples, inputSize] = batchShape;
    const layout = new Layout();
    const meeting = layout.place(4 * meetingWords);
    const activity = layout.place(8);
    const order = layout.place(8 * noteLength);
    const notes = layout.placeEach(replicas, 8 * noteLength);
    const batch = layout.place(4 * examples * inputSize);
    const turns = Array.from({ length: turnCount(plan) }, () => ({
      factors: factors.map((factor) => ({ offset: layout.place(4 * examples * widthOf(factor)), factor })),
      gradients: layout.placeEach(replicas, 4 * length),
      parameters: layout.place(4 * length),
    }));
    const shared = memory ?? new SharedArrayBuffer(layout.bytes);
    const flat = (offset: number): Float32Array => new Float32Array(shared, offset, length);

    this.plan = plan;
    this.memory = shared;
    this.meeting = new Meeting(new Int32Array(shared, meeting, meetingWords), replicas);
    this.#activity = new Int32Array(shared, activity, 2);
    this.order = new Float64Array(shared, order, noteLength);
    this.notes = notes.map((offset) => new Float64Array(shared, offset, noteLength));
    this.batch = new Float32Array(shared, batch, examples * inputSize);
    this.#turns = turns.map((turn) => ({
      factors: turn.factors.map(({ offset, factor }) => ({
        data: new Float32Array(shared, offset, examples * widthOf(factor)),
      })),
      gradients: turn.gradients.map(flat),
      parameters: flat(turn.parameters),
    }));
  }

  /** Before an order: each follower has something more to do. It may not have rested yet after the last one. */
  rouse(): void {
    Atomics.add(this.#activity, busy, this.plan.replicas - 1);
  }

  /** A follower has carried out its order. */
  rest(): void {
    Atomics.sub(this.#activity, busy, 1);
    Atomics.notify(this.#activity, busy);
  }

  /** A follower takes no more orders. Where the process ends, its thread stays as it is: see `settle`. */
  leave(): void {
    this.rest();
    while (Atomics.load(this.#activity, ending) !== 0) Atomics.wait(this.#activity, ending, 1);
  }

  /**
   * Before the process ends, which aborts it where a thread is inside ONNX Runtime: lets the followers that are at work
   * come to rest, and blocks until they have, or so many seconds.
   */
  settle(seconds: number): void {
    if (Atomics.load(this.#activity, busy) <= 0) return;
    Atomics.store(this.#activity, ending, 1);
    this.meeting.fail();
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end) {
      const count = Atomics.load(this.#activity, busy);
      if (count <= 0) return;
      Atomics.wait(this.#activity, busy, count, 100);
    }
  }

  /** The places for the given step. */
  turn(step: number): Turn {
    const turn = this.#turns[step % this.#turns.length];
    if (!turn) throw new RangeError(`There is no step ${step}.`);
    return turn;
  }

  /** Room for one flat array that passes between steps. */
  get flat(): Float32Array {
    return this.turn(0).parameters;
  }

  /** The part of the parameters that a replica updates. */
  rangeOf(replica: number): Range {
    return this.plan.ranges[replica] ?? { from: 0, to: 0 };
  }
}

function turnCount({ replicas, length, sums, factors, batchShape }: StepPlan): number {
  const summed = sums.reduce((total, { from, to }) => total + to - from, 0);
  const handed = factors.reduce((total, factor) => total + batchShape[0] * widthOf(factor), 0);
  return Math.min(16, Math.max(1, Math.floor(turnBytes / (4 * (length + (replicas - 1) * summed + handed)))));
}

function widthOf(factor: Tensor): number {
  return factor.shape[1] as number;
}

/** Places in a buffer, each on cache lines of its own. */
class Layout {
  bytes = 0;

  place(size: number): number {
    const offset = this.bytes;
    this.bytes = Math.ceil((offset + size) / alignment) * alignment;
    return offset;
  }

  placeEach(count: number, size: number): number[] {
    return Array.from({ length: count }, () => this.place(size));
  }
}
