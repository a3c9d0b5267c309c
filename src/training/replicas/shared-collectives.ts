import type { NdArray } from '../../core/index.ts';
import { axpy, createBufferMemory } from '../../kernels/index.ts';
import type { BufferMemory } from '../../kernels/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Exchange } from './exchange.ts';
import { totalOf } from './collectives.ts';
import type { Collectives, StepTotals } from './collectives.ts';
import { isBatch, normBlock, widthOf } from './plan.ts';
import { overlap } from './range.ts';
import type { Range } from './range.ts';
import { sumByHalves } from './row-blocks.ts';

/** How many numbers are added up at a time: they stay in the second-level cache. */
const termLength = 2 ** 14;

export interface SharedCollectivesOptions {
  readonly index: number;
  readonly store: ParameterStore;
  /** The plan's sufficient factors over the whole batch; the replica's own rows of them are there after its part of the step. */
  readonly factors: readonly NdArray<'float32'>[];
}

/** Collectives of several replicas, each on a thread of its own, by shared memory. */
export class SharedCollectives implements Collectives {
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
  /** Where everybody's terms are added up: kernels see one memory only. */
  readonly #terms: { readonly memory: BufferMemory; readonly buffers: readonly Float32Array<ArrayBuffer>[] };
  #step = 0;

  constructor(exchange: Exchange, { index, store, factors }: SharedCollectivesOptions) {
    const { plan } = exchange;
    this.#exchange = exchange;
    this.#index = index;
    this.#store = store;
    this.#factors = factors;
    const count = plan.sums.length > 0 ? plan.replicas : 0;
    const memory = createBufferMemory(count * termLength * Float32Array.BYTES_PER_ELEMENT);
    this.#terms = { memory, buffers: Array.from({ length: count }, () => memory.allocate('float32', termLength)) };
    const all = plan.ranges.map((_, replica) => replica);
    this.#others = all.filter((replica) => replica !== index);
    const handed = (replicas: readonly number[]): number[] => {
      const positions = new Set(replicas.flatMap((replica) => plan.reductions[replica]?.factors ?? []));
      return [...positions].filter((position) => !isBatch(plan.factors[position]));
    };
    const summed = (replicas: readonly number[]): Range[] =>
      replicas.flatMap((replica) => plan.sums.flatMap((sum) => overlap(sum, exchange.rangeOf(replica)) ?? []));
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
    for (const range of this.#receivedSums) this.#reduce(range, slot.gradients);
  }

  async allReduce(blocks: Float64Array, own: StepValues): Promise<StepTotals> {
    const { means, squares, barrier } = this.#exchange;
    squares.set(blocks, this.#exchange.rangeOf(this.#index).from / normBlock);
    const { metrics } = this.#exchange.plan.names;
    if (this.#index === 0) means.set([own.loss, ...metrics.map((name) => own.metrics[name] ?? NaN)]);
    await barrier.waitYielding();
    const [loss = NaN, ...others] = means;
    const values = { loss, metrics: Object.fromEntries(metrics.map((name, k) => [name, others[k] ?? NaN])) };
    return { values, squares: totalOf(squares) };
  }

  async allGatherParameters(): Promise<void> {
    const { values } = this.#store;
    const { parameters } = this.#exchange.slot(this.#step);
    const { from, to } = this.#exchange.rangeOf(this.#index);
    parameters.set(values.subarray(from, to), from);
    await this.#exchange.barrier.waitYielding();
    for (const other of this.#others) {
      const range = this.#exchange.rangeOf(other);
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

  /** Adds up everybody's terms of a range, a piece at a time. */
  #reduce({ from, to }: Range, theirs: readonly Float32Array[]): void {
    const { gradients } = this.#store;
    const { memory, buffers } = this.#terms;
    for (let at = from; at < to; at += termLength) {
      const end = Math.min(at + termLength, to);
      const terms = buffers.map((buffer, replica) => {
        const term = buffer.subarray(0, end - at);
        term.set((replica === this.#index ? gradients : (theirs[replica] ?? gradients)).subarray(at, end));
        return term;
      });
      const sum = sumByHalves(terms, (y, x) => {
        axpy(memory, 1, { x, y });
        return y;
      });
      gradients.set(sum, at);
    }
  }
}
