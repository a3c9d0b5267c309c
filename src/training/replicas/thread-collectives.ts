import type { NdArray } from '../../core/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Exchange } from './thread-exchange.ts';
import { totalOf } from './collectives.ts';
import type { Collectives, StepTotals } from './collectives.ts';
import { isBatch, normBlock, rangeOf, widthOf } from './plan.ts';
import { overlap } from './range.ts';
import type { Range } from './range.ts';
import type { GroupMember, MemberArrays } from './replica.ts';
import { TermSums } from './term-sums.ts';

/** A member of the group that meets in an exchange. */
export function sharedMember(exchange: Exchange, index: number): GroupMember {
  return { plan: exchange.plan, index, join: (arrays) => new ThreadCollectives(exchange, index, arrays) };
}

/** Collectives of several replicas, each on a thread of its own, by shared memory. */
export class ThreadCollectives implements Collectives {
  readonly #exchange: Exchange;
  readonly #index: number;
  readonly #others: readonly number[];
  readonly #store: ParameterStore;
  readonly #factors: readonly NdArray<'float32'>[];
  /** Positions of the factors that another replica needs of this one, and this one of the others. */
  readonly #sent: readonly number[];
  readonly #received: readonly number[];
  /** Where others update, and where this replica does: what of it is added up. */
  readonly #sentSums: readonly Range[];
  readonly #receivedSums: readonly Range[];
  readonly #sums: TermSums;
  #step = 0;

  constructor(exchange: Exchange, index: number, { store, factors }: MemberArrays) {
    const { plan } = exchange;
    this.#exchange = exchange;
    this.#index = index;
    this.#store = store;
    this.#factors = factors;
    this.#sums = new TermSums(plan.sums.length > 0 ? plan.replicas : 0);
    const all = plan.ranges.map((_, replica) => replica);
    this.#others = all.filter((replica) => replica !== index);
    const handed = (replicas: readonly number[]): number[] => {
      const positions = new Set(replicas.flatMap((replica) => plan.reductions[replica]?.factors ?? []));
      return [...positions].filter((position) => !isBatch(plan.factors[position]));
    };
    const summed = (replicas: readonly number[]): Range[] =>
      replicas.flatMap((replica) => plan.sums.flatMap((sum) => overlap(sum, rangeOf(plan, replica)) ?? []));
    this.#sent = handed(this.#others);
    this.#received = handed([index]);
    this.#sentSums = summed(this.#others);
    this.#receivedSums = summed([index]);
  }

  async exchangeGradients(): Promise<void> {
    const slot = this.#exchange.slot(++this.#step);
    for (const position of this.#sent) this.#copyRows(position, this.#index, slot.factors, this.#factors);
    for (const { from, to } of this.#sentSums) {
      slot.gradients[this.#index]?.set(this.#store.gradients.subarray(from, to), from);
    }
    await this.#exchange.barrier.waitYielding();
    for (const position of this.#received) {
      for (const other of this.#others) this.#copyRows(position, other, this.#factors, slot.factors);
    }
    const { gradients } = this.#store;
    for (const range of this.#receivedSums) {
      this.#sums.write(gradients, range, (replica, { from, to }) =>
        (replica === this.#index ? gradients : (slot.gradients[replica] ?? gradients)).subarray(from, to),
      );
    }
  }

  async allReduce(blocks: Float64Array, own: StepValues, asks: number): Promise<StepTotals> {
    const { means, squares, barrier } = this.#exchange;
    squares.set(blocks, rangeOf(this.#exchange.plan, this.#index).from / normBlock);
    const { metrics } = this.#exchange.plan.names;
    if (this.#index === 0) means.set([own.loss, ...metrics.map((name) => own.metrics[name] ?? NaN)]);
    await barrier.waitYielding();
    const [loss = NaN, ...others] = means;
    const values = { loss, metrics: Object.fromEntries(metrics.map((name, k) => [name, others[k] ?? NaN])) };
    return { values, squares: totalOf(squares), asked: asks };
  }

  async allGatherParameters(): Promise<void> {
    const { values } = this.#store;
    const { parameters } = this.#exchange.slot(this.#step);
    const { from, to } = rangeOf(this.#exchange.plan, this.#index);
    parameters.set(values.subarray(from, to), from);
    await this.#exchange.barrier.waitYielding();
    for (const other of this.#others) {
      const range = rangeOf(this.#exchange.plan, other);
      values.set(parameters.subarray(range.from, range.to), range.from);
    }
  }

  /** One replica's rows of a factor. */
  #copyRows(
    position: number,
    replica: number,
    to: readonly { readonly data: Float32Array }[],
    from: readonly { readonly data: Float32Array }[],
  ): void {
    const [target, source] = [to[position], from[position]];
    const { plan } = this.#exchange;
    const { factors, rows } = plan;
    const [factor, own] = [factors[position], rows[replica]];
    if (!target || !source || !factor || !own) return;
    const width = widthOf(factor, plan);
    target.data.set(source.data.subarray(own.from * width, own.to * width), own.from * width);
  }
}
