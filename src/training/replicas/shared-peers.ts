import { axpy, sumOfSquares } from '../../kernels/index.ts';
import { foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Exchange } from './exchange.ts';
import type { Peers, Range } from './peers.ts';

/** How many numbers are added up at a time: they stay in the second-level cache. */
export const incomingLength = 2 ** 15;

/** What a replica draws from: independent of what the others do. */
export function replicaKey(key: Key, index: number): Key {
  return foldIn(key, index);
}

/** One of several replicas, each on a thread of its own, that meet in shared memory. */
export class SharedPeers implements Peers {
  readonly count: number;
  readonly range: Range;
  readonly #exchange: Exchange;
  readonly #index: number;
  /** Where another's gradients are added from: kernels see the store's memory only. */
  readonly #incoming: Float32Array<ArrayBuffer>;
  #step = 0;

  constructor(exchange: Exchange, { index, store }: { readonly index: number; readonly store: ParameterStore }) {
    this.#exchange = exchange;
    this.#index = index;
    this.count = exchange.sizes.replicas;
    this.range = exchange.rangeOf(index);
    this.#incoming = store.memory.allocate('float32', incomingLength);
  }

  keyOf(key: Key): Key {
    return replicaKey(key, this.#index);
  }

  async reduce(store: ParameterStore, own: StepValues): Promise<{ values: StepValues; sumOfSquares: number }> {
    const { meeting, notes } = this.#exchange;
    const { gradients } = this.#exchange.turn(++this.#step);
    notes[this.#index]?.set([own.loss, own.reconstruction, own.kl]);
    for (const { from, to } of this.#othersRanges()) {
      gradients[this.#index]?.set(store.gradients.subarray(from, to), from);
    }
    await meeting.waitLong();
    const others = this.#others().flatMap((other) => gradients[other] ?? []);
    notes[this.#index]?.set([this.#addUp(store, others)], 3);
    await meeting.waitLong();
    const total = (at: number): number => notes.reduce((sum, note) => sum + (note[at] ?? NaN), 0);
    const mean = (at: number): number => total(at) / this.count;
    return { values: { loss: mean(0), reconstruction: mean(1), kl: mean(2) }, sumOfSquares: total(3) };
  }

  async gather(store: ParameterStore): Promise<void> {
    const { meeting } = this.#exchange;
    const { parameters } = this.#exchange.turn(this.#step);
    const { from, to } = this.range;
    parameters.set(store.values.subarray(from, to), from);
    await meeting.waitLong();
    for (const range of this.#othersRanges()) {
      store.values.set(parameters.subarray(range.from, range.to), range.from);
    }
  }

  /** Adds others' gradients to this replica's in its range, a part at a time. @returns the sum of squares */
  #addUp({ memory, gradients }: ParameterStore, others: readonly Float32Array[]): number {
    let squares = 0;
    for (let at = this.range.from; at < this.range.to; at += incomingLength) {
      const end = Math.min(at + incomingLength, this.range.to);
      const y = gradients.subarray(at, end);
      const x = this.#incoming.subarray(0, y.length);
      for (const other of others) {
        x.set(other.subarray(at, end));
        axpy(memory, 1, { x, y });
      }
      squares += sumOfSquares(memory, y);
    }
    return squares;
  }

  #others(): number[] {
    return Array.from({ length: this.count }, (_, index) => index).filter((index) => index !== this.#index);
  }

  #othersRanges(): Range[] {
    return this.#others().map((index) => this.#exchange.rangeOf(index));
  }
}
