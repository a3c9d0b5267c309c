import type { NdArray } from '../../core/index.ts';
import { axpy, createBufferMemory } from '../../kernels/index.ts';
import type { BufferMemory } from '../../kernels/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Exchange } from './exchange.ts';
import { totalOf } from './peers.ts';
import type { Peers, Sums } from './peers.ts';
import { isBatch, normBlock, overlap, widthOf } from './plan.ts';
import type { Range } from './plan.ts';
import { sumByHalves } from './row-blocks.ts';

/** How many numbers are added up at a time: they stay in the second-level cache. */
const termLength = 2 ** 14;

export interface SharedPeersOptions {
  readonly index: number;
  readonly store: ParameterStore;
  /** The plan's factors over the whole batch; the replica's own rows of them are there after its part of the step. */
  readonly factors: readonly NdArray<'float32'>[];
}

/** One of several replicas, each on a thread of its own, that meet in shared memory. */
export class SharedPeers implements Peers {
  readonly #exchange: Exchange;
  readonly #index: number;
  readonly #others: readonly number[];
  readonly #store: ParameterStore;
  readonly #factors: readonly NdArray<'float32'>[];
  /** Positions of the factors that another replica needs, and that this one does. */
  readonly #given: readonly number[];
  readonly #needed: readonly number[];
  /** Where others update, and where this replica does: what of it is added up. */
  readonly #givenSums: readonly Range[];
  readonly #neededSums: readonly Range[];
  /** Where everybody's terms are added up: kernels see one memory only. */
  readonly #terms: { readonly memory: BufferMemory; readonly places: readonly Float32Array<ArrayBuffer>[] };
  #step = 0;

  constructor(exchange: Exchange, { index, store, factors }: SharedPeersOptions) {
    const { plan } = exchange;
    this.#exchange = exchange;
    this.#index = index;
    this.#store = store;
    this.#factors = factors;
    const count = plan.sums.length > 0 ? plan.replicas : 0;
    const memory = createBufferMemory(count * termLength * Float32Array.BYTES_PER_ELEMENT);
    this.#terms = { memory, places: Array.from({ length: count }, () => memory.allocate('float32', termLength)) };
    const all = plan.ranges.map((_, replica) => replica);
    this.#others = all.filter((replica) => replica !== index);
    const handed = (replicas: readonly number[]): number[] => {
      const positions = new Set(replicas.flatMap((replica) => plan.rest[replica]?.factors ?? []));
      return [...positions].filter((position) => !isBatch(plan.factors[position]));
    };
    const summed = (replicas: readonly number[]): Range[] =>
      replicas.flatMap((replica) => plan.sums.flatMap((sum) => overlap(sum, exchange.rangeOf(replica)) ?? []));
    this.#given = handed(this.#others);
    this.#needed = handed([index]);
    this.#givenSums = summed(this.#others);
    this.#neededSums = summed([index]);
  }

  async exchange(): Promise<void> {
    const turn = this.#exchange.turn(++this.#step);
    for (const position of this.#given) this.#copyRows(position, this.#index, turn.factors, this.#factors);
    for (const { from, to } of this.#givenSums) {
      turn.gradients[this.#index]?.set(this.#store.gradients.subarray(from, to), from);
    }
    await this.#exchange.barrier.waitYielding();
    for (const position of this.#needed) {
      for (const other of this.#others) this.#copyRows(position, other, this.#factors, turn.factors);
    }
    for (const range of this.#neededSums) this.#addUp(range, turn.gradients);
  }

  async total(blocks: Float64Array, own: StepValues): Promise<Sums> {
    const { means, squares, barrier } = this.#exchange;
    squares.set(blocks, this.#exchange.rangeOf(this.#index).from / normBlock);
    if (this.#index === 0) means.set([own.loss, own.reconstruction, own.kl]);
    await barrier.waitYielding();
    const [loss = NaN, reconstruction = NaN, kl = NaN] = means;
    return { values: { loss, reconstruction, kl }, squares: totalOf(squares) };
  }

  async gather(): Promise<void> {
    const { values } = this.#store;
    const { parameters } = this.#exchange.turn(this.#step);
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
    const { factors, rows } = this.#exchange.plan;
    const [factor, own] = [factors[position], rows[replica]];
    if (!target || !source || !factor || !own) return;
    const width = widthOf(factor);
    target.data.set(source.data.subarray(own.from * width, own.to * width), own.from * width);
  }

  /** Everybody's terms of a range, a piece at a time. */
  #addUp({ from, to }: Range, theirs: readonly Float32Array[]): void {
    const { gradients } = this.#store;
    const { memory, places } = this.#terms;
    for (let at = from; at < to; at += termLength) {
      const end = Math.min(at + termLength, to);
      const terms = places.map((place, replica) => {
        const term = place.subarray(0, end - at);
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
