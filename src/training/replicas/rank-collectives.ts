import { piecesOf } from '../../mpi/index.ts';
import type { Communicator, Pieces } from '../../mpi/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Collectives, StepTotals } from './collectives.ts';
import { isBatch, normBlock, rangeOf, widthOf } from './plan.ts';
import type { StepPlan } from './plan.ts';
import { overlap } from './range.ts';
import type { Range } from './range.ts';
import type { GroupMember, MemberArrays } from './replica.ts';
import { TermSums } from './term-sums.ts';

/** A member of the group that the ranks of a job are. */
export function rankMember(ranks: Communicator, plan: StepPlan): GroupMember {
  return { plan, index: ranks.rank, join: (arrays) => new RankCollectives(ranks, plan, arrays) };
}

/** A buffer with a piece for each rank, and the parts of the pieces, as views, by rank. */
interface Message {
  readonly all: Float32Array;
  readonly pieces: Pieces;
  readonly parts: readonly (readonly Float32Array[])[];
}

/**
 * Collectives of the ranks of a job, by messages; three a step. What a rank needs for the gradients of its range goes to it alone: the
 * others' rows of the sufficient factors of its weights, and their terms of what is added up.
 */
class RankCollectives implements Collectives {
  readonly #ranks: Communicator;
  readonly #plan: StepPlan;
  readonly #store: ParameterStore;
  /** By rank, what is copied into its piece of `#sent`, and what out of that of `#received`: the factors' rows come first. */
  readonly #outgoing: readonly (readonly Float32Array[])[];
  readonly #incoming: readonly (readonly Float32Array[])[];
  readonly #sent: Message;
  readonly #received: Message;
  readonly #summed: readonly Range[];
  readonly #sums: TermSums;
  /** By rank: what it asks for, the means (of rank 0), and the squares of its range. */
  readonly #totals: { readonly all: Float64Array; readonly pieces: Pieces };
  readonly #parameters: Pieces;

  constructor(ranks: Communicator, plan: StepPlan, { store, factors }: MemberArrays) {
    const { rank, size } = ranks;
    this.#ranks = ranks;
    this.#plan = plan;
    this.#store = store;
    const byOther = <T>(of: (other: number) => readonly T[]): (readonly T[])[] =>
      Array.from({ length: size }, (_, k) => (k === rank ? [] : of(k)));
    const rows = (needing: number, having: number): Float32Array[] => factorRows(plan, factors, { needing, having });
    const summed = summedIn(plan, rank);
    this.#outgoing = byOther((to) => [
      ...rows(to, rank),
      ...summedIn(plan, to).map((range) => store.gradients.subarray(range.from, range.to)),
    ]);
    this.#incoming = byOther((from) => rows(rank, from));
    this.#sent = messageOf(this.#outgoing.map((parts) => parts.map(({ length }) => length)));
    this.#received = messageOf(
      this.#incoming.map((parts, k) => [
        ...parts.map(({ length }) => length),
        ...(k === rank ? [] : summed.map(({ from, to }) => to - from)),
      ]),
    );
    this.#summed = summed;
    this.#sums = new TermSums(summed.length > 0 ? size : 0);
    const { length: means } = meansOf({ loss: 0, metrics: {} }, plan);
    const blocks = plan.ranges.map(({ from, to }) => Math.ceil((to - from) / normBlock));
    const pieces = piecesOf(blocks.map((count, k) => 1 + (k === 0 ? means : 0) + count));
    this.#totals = { all: new Float64Array(pieces.counts.reduce((a, b) => a + b)), pieces };
    this.#parameters = piecesOf(plan.ranges.map(({ from, to }) => to - from));
  }

  exchangeGradients(): Promise<void> {
    const [sent, received] = [this.#sent, this.#received];
    this.#outgoing.forEach((places, to) => {
      places.forEach((place, k) => sent.parts[to]?.[k]?.set(place));
    });
    this.#ranks.allToAll(sent.all, sent.pieces, received.all, received.pieces);
    this.#incoming.forEach((places, from) => {
      places.forEach((place, k) => {
        place.set(received.parts[from]?.[k] ?? []);
      });
    });
    const { gradients } = this.#store;
    this.#summed.forEach((range, k) => {
      this.#sums.write(gradients, range, (replica, { from, to }) => {
        if (replica === this.#ranks.rank) return gradients.subarray(from, to);
        const terms = received.parts[replica]?.[(this.#incoming[replica]?.length ?? 0) + k] ?? gradients;
        return terms.subarray(from - range.from, to - range.from);
      });
    });
    return Promise.resolve();
  }

  allReduce(blocks: Float64Array, own: StepValues, asks: number): Promise<StepTotals> {
    const { all, pieces } = this.#totals;
    const { rank, size } = this.#ranks;
    const means = meansOf(own, this.#plan);
    const mine = pieces.offsets[rank] ?? 0;
    all.set([asks, ...(rank === 0 ? means : [])], mine);
    all.set(blocks, mine + (pieces.counts[rank] ?? 0) - blocks.length);
    this.#ranks.allGather(all, pieces);
    let [asked, squares] = [0, 0];
    for (let k = 0; k < size; k++) {
      const from = pieces.offsets[k] ?? 0;
      const head = k === 0 ? 1 + means.length : 1;
      asked |= all[from] ?? 0;
      // Block by block in order, as `totalOf`.
      for (let at = from + head; at < from + (pieces.counts[k] ?? 0); at++) squares += all[at] ?? 0;
    }
    const [loss = NaN, ...others] = all.subarray(1, 1 + means.length);
    const { metrics } = this.#plan.names;
    const values = { loss, metrics: Object.fromEntries(metrics.map((name, k) => [name, others[k] ?? NaN])) };
    return Promise.resolve({ values, squares, asked });
  }

  allGatherParameters(): Promise<void> {
    this.#ranks.allGather(this.#store.values, this.#parameters);
    return Promise.resolve();
  }
}

/** One rank's rows of the factors that another needs for its range. */
function factorRows(
  plan: StepPlan,
  arrays: MemberArrays['factors'],
  { needing, having }: { readonly needing: number; readonly having: number },
): Float32Array[] {
  const { from, to } = plan.rows[having] ?? { from: 0, to: 0 };
  return (plan.reductions[needing]?.factors ?? []).flatMap((position) => {
    const [factor, array] = [plan.factors[position], arrays[position]];
    if (!factor || !array || isBatch(factor)) return [];
    const width = widthOf(factor, plan);
    return [array.data.subarray(from * width, to * width)];
  });
}

/** What is added up of a rank's range. */
function summedIn(plan: StepPlan, rank: number): Range[] {
  return plan.sums.flatMap((sum) => overlap(sum, rangeOf(plan, rank)) ?? []);
}

/** The batch's means in the order in which they are sent. */
function meansOf({ loss, metrics }: StepValues, { names }: StepPlan): number[] {
  return [loss, ...names.metrics.map((name) => metrics[name] ?? NaN)];
}

/** @param lengths of the parts, by rank */
function messageOf(lengths: readonly (readonly number[])[]): Message {
  const pieces = piecesOf(lengths.map((parts) => parts.reduce((a, b) => a + b, 0)));
  const all = new Float32Array(pieces.counts.reduce((a, b) => a + b, 0));
  const parts = lengths.map((own, rank) => {
    let end = pieces.offsets[rank] ?? 0;
    return own.map((length) => all.subarray(end, (end += length)));
  });
  return { all, pieces, parts };
}
