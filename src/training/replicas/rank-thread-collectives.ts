import type { NdArray } from '../../core/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Collectives, StepTotals } from './collectives.ts';
import type { Exchange } from './thread-exchange.ts';
import { isBatch, normBlock, rangeOf, spanOf, widthOf } from './plan.ts';
import { overlap } from './range.ts';
import type { Range } from './range.ts';
import type { GroupMember, MemberArrays } from './replica.ts';
import { TermSums } from './term-sums.ts';

/**
 * A thread of a rank, which meets the others in an exchange.
 * @param join of the lead: its collectives with the other ranks, on behalf of all threads
 */
export function rankThread(exchange: Exchange, index: number, join?: GroupMember['join']): GroupMember {
  return {
    plan: exchange.plan,
    index,
    join: (arrays) => new RankThreadCollectives(exchange, index, { ...arrays, others: join?.(arrays) }),
  };
}

/** What followers read of an array that the lead wrote, and the lead of what they did. */
type Floats = readonly { readonly data: Float32Array }[];

/**
 * Collectives of the threads of a rank. They gather in the lead's arrays what a rank of one thread would have there, the lead hands it to
 * the other ranks as that would, and all get what has come. So ranks hand each other the same whatever threads they have.
 */
class RankThreadCollectives implements Collectives {
  readonly #exchange: Exchange;
  readonly #index: number;
  readonly #store: ParameterStore;
  readonly #factors: readonly NdArray<'float32'>[];
  /** The lead's. */
  readonly #others: Collectives | undefined;
  /** Positions of the factors: all that are handed around, and what this thread needs, or of the lead what the other threads do. */
  readonly #handed: readonly number[];
  readonly #needed: readonly number[];
  /** What the threads update that is added up; of the whole sums, what each adds up of the threads' terms. */
  readonly #summed: readonly (readonly Range[])[];
  readonly #shares: readonly (readonly Range[])[];
  readonly #sums: TermSums;
  #step = 0;

  constructor(
    exchange: Exchange,
    index: number,
    { store, factors, others }: MemberArrays & { readonly others: Collectives | undefined },
  ) {
    const { plan } = exchange;
    const { replicas, sums } = plan;
    this.#exchange = exchange;
    this.#index = index;
    this.#store = store;
    this.#factors = factors;
    this.#others = others;
    this.#handed = [...plan.factors.keys()].filter((position) => !isBatch(plan.factors[position]));
    const readers = index === 0 ? plan.reductions.slice(1) : plan.reductions.slice(index, index + 1);
    this.#needed = this.#handed.filter((position) => readers.some(({ factors: used }) => used.includes(position)));
    const parts = Array.from({ length: replicas }, (_, k) => k);
    this.#summed = parts.map((replica) => sums.flatMap((sum) => overlap(sum, rangeOf(plan, replica)) ?? []));
    this.#shares = parts.map((k) => sums.flatMap((sum) => shareOf(sum, k, replicas) ?? []));
    this.#sums = new TermSums(sums.length > 0 ? replicas : 0);
  }

  async exchangeGradients(): Promise<void> {
    const { plan, barrier } = this.#exchange;
    const { gradients } = this.#store;
    const slot = this.#exchange.slot(++this.#step);
    const terms = (replica: number): Float32Array => slot.gradients[replica] ?? gradients;
    const rows = plan.rows[this.#index] ?? { from: 0, to: 0 };
    for (const position of this.#handed) this.#copyRows(position, rows, { to: slot.factors, from: this.#factors });
    for (const { from, to } of plan.sums) terms(this.#index).set(gradients.subarray(from, to), from);
    if (plan.sums.length > 0) {
      await barrier.waitYielding();
      // Nobody else reads or writes its share of this thread's terms.
      for (const range of this.#shares[this.#index] ?? []) {
        this.#sums.write(terms(this.#index), range, (replica, { from, to }) => terms(replica).subarray(from, to));
      }
    }
    await barrier.waitYielding();
    if (this.#others) {
      const own = spanOf(plan.rows);
      const ofFollowers = { from: rows.to, to: own.to };
      for (const position of this.#handed) {
        this.#copyRows(position, ofFollowers, { to: this.#factors, from: slot.factors });
      }
      this.#shares.forEach((shares, replica) => {
        for (const { from, to } of shares) gradients.set(terms(replica).subarray(from, to), from);
      });
      await this.#others.exchangeGradients();
      const [examples] = plan.batchShape;
      for (const position of this.#needed) {
        for (const range of outside(own, examples)) {
          this.#copyRows(position, range, { to: slot.factors, from: this.#factors });
        }
      }
      for (const { from, to } of this.#summed.slice(1).flat()) terms(0).set(gradients.subarray(from, to), from);
    }
    await barrier.waitYielding();
    if (this.#others) return;
    for (const position of this.#needed) {
      for (const range of outside(rows, plan.batchShape[0])) {
        this.#copyRows(position, range, { to: this.#factors, from: slot.factors });
      }
    }
    for (const { from, to } of this.#summed[this.#index] ?? []) gradients.set(terms(0).subarray(from, to), from);
  }

  async allReduce(blocks: Float64Array, own: StepValues, asks: number): Promise<StepTotals> {
    const { plan, means, squares, totals, barrier } = this.#exchange;
    const { metrics } = plan.names;
    squares.set(blocks, rangeOf(plan, this.#index).from / normBlock);
    await barrier.waitYielding();
    if (this.#others) {
      const { from, to } = spanOf(plan.ranges);
      const all = squares.subarray(from / normBlock, Math.ceil(to / normBlock));
      const found = await this.#others.allReduce(all, own, asks);
      means.set([found.values.loss, ...metrics.map((name) => found.values.metrics[name] ?? NaN)]);
      totals.set([found.squares, found.asked]);
    }
    await barrier.waitYielding();
    const [loss = NaN, ...values] = means;
    const [sum = NaN, asked = 0] = totals;
    const named = Object.fromEntries(metrics.map((name, k) => [name, values[k] ?? NaN]));
    return { values: { loss, metrics: named }, squares: sum, asked };
  }

  async allGatherParameters(): Promise<void> {
    const { plan, barrier } = this.#exchange;
    const { values } = this.#store;
    const { parameters } = this.#exchange.slot(this.#step);
    const own = rangeOf(plan, this.#index);
    const copy = (to: Float32Array, from: Float32Array, range: Range): void => {
      to.set(from.subarray(range.from, range.to), range.from);
    };
    copy(parameters, values, own);
    await barrier.waitYielding();
    if (this.#others) {
      const all = spanOf(plan.ranges);
      copy(values, parameters, { from: own.to, to: all.to });
      await this.#others.allGatherParameters();
      for (const range of outside(all, plan.length)) copy(parameters, values, range);
    }
    await barrier.waitYielding();
    if (!this.#others) for (const range of outside(own, plan.length)) copy(values, parameters, range);
  }

  /** Some rows of a factor. */
  #copyRows(position: number, rows: Range, { to, from }: { readonly to: Floats; readonly from: Floats }): void {
    const { plan } = this.#exchange;
    const [target, source, factor] = [to[position], from[position], plan.factors[position]];
    if (!target || !source || !factor) return;
    const width = widthOf(factor, plan);
    target.data.set(source.data.subarray(rows.from * width, rows.to * width), rows.from * width);
  }
}

/** What is left of 0 … length. */
function outside({ from, to }: Range, length: number): Range[] {
  const parts = [
    { from: 0, to: from },
    { from: to, to: length },
  ];
  return parts.filter((part) => part.from < part.to);
}

/** The k-th of so many parts of a range, where there is any. */
function shareOf({ from, to }: Range, k: number, count: number): Range | undefined {
  const edge = (at: number): number => from + Math.floor(((to - from) * at) / count);
  return edge(k) < edge(k + 1) ? { from: edge(k), to: edge(k + 1) } : undefined;
}
