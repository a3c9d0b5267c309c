import type { Range } from './peers.ts';
import { Meeting, meetingWords } from './meeting.ts';

export interface ExchangeSizes {
  readonly replicas: number;
  /** Numbers in the rows of one replica. */
  readonly rows: number;
  /** Length of the flat parameter array. */
  readonly parameters: number;
}

/** Where flat arrays of one step pass. */
export interface Turn {
  /** Each replica's gradients, of which the parts that others update are written. */
  readonly gradients: readonly Float32Array[];
  /** The new parameters, each part written by the replica that updates it. */
  readonly parameters: Float32Array;
}

/** Numbers that each replica tells the others in a step, and that the lead tells all: a cache line. */
const noteLength = 8;
/** A cache line, in bytes and in float32. */
const alignment = 64;
const lineLength = 16;

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
  readonly sizes: ExchangeSizes;
  readonly memory: SharedArrayBuffer;
  readonly meeting: Meeting;
  /** What the lead tells all. */
  readonly order: Float64Array;
  /** What each replica tells all. */
  readonly notes: readonly Float64Array[];
  /** Each follower's rows of the batch; the lead has its own. */
  readonly rows: readonly Float32Array[];
  readonly #turns: readonly Turn[];

  /** @param memory of the exchange that the lead made with the same sizes; default: new */
  constructor(sizes: ExchangeSizes, memory?: SharedArrayBuffer) {
    const { replicas, rows, parameters } = sizes;
    const layout = new Layout();
    const meeting = layout.place(4 * meetingWords);
    const order = layout.place(8 * noteLength);
    const notes = layout.placeEach(replicas, 8 * noteLength);
    const rowsAt = layout.placeEach(replicas, 4 * rows);
    const turns = Array.from({ length: turnCount(sizes) }, () => ({
      gradients: layout.placeEach(replicas, 4 * parameters),
      parameters: layout.place(4 * parameters),
    }));
    const shared = memory ?? new SharedArrayBuffer(layout.bytes);
    const floats = (length: number) => (offset: number) => new Float32Array(shared, offset, length);

    this.sizes = sizes;
    this.memory = shared;
    this.meeting = new Meeting(new Int32Array(shared, meeting, meetingWords), replicas);
    this.order = new Float64Array(shared, order, noteLength);
    this.notes = notes.map((offset) => new Float64Array(shared, offset, noteLength));
    this.rows = rowsAt.map(floats(rows));
    this.#turns = turns.map((turn) => ({
      gradients: turn.gradients.map(floats(parameters)),
      parameters: floats(parameters)(turn.parameters),
    }));
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
    const { replicas, parameters } = this.sizes;
    const edge = (index: number): number =>
      index === replicas ? parameters : Math.floor((parameters / lineLength) * (index / replicas)) * lineLength;
    return { from: edge(replica), to: edge(replica + 1) };
  }
}

function turnCount({ replicas, parameters }: ExchangeSizes): number {
  return Math.min(16, Math.max(1, Math.floor(turnBytes / (4 * replicas * parameters))));
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
