import type { NdArray } from '../../core/index.ts';
import { axpy } from '../../kernels/index.ts';
import { foldIn } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import type { ParameterStore } from '../parameter-store.ts';
import type { StepValues } from '../step.ts';
import type { Exchange } from './exchange.ts';
import type { Peers } from './peers.ts';
import { factorsFor, isBatch, overlap } from './plan.ts';
import type { Range } from './plan.ts';

/** How many numbers are added up at a time: they stay in the second-level cache. */
export const incomingLength = 2 ** 15;

/** What a replica draws from: independent of what the others do. */
export function replicaKey(key: Key, index: number): Key {
  return foldIn(key, index);
}

export interface SharedPeersOptions {
  readonly index: number;
  readonly store: ParameterStore;
  /** The plan's factors over the whole batch; the replica's own rows of them are there after its part of the step. */
  readonly factors: readonly NdArray<'float32'>[];
}

/** One of several replicas, each on a thread of its own, that meet in shared memory. */
export class SharedPeers implements Peers {
  readonly count: number;
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
  /** Where another's gradients are added from: kernels see the store's memory only. */
  readonly #incoming: Float32Array<ArrayBuffer>;
  #step = 0;

  constructor(exchange: Exchange, { index, store, factors }: SharedPeersOptions) {
    const { plan } = exchange;
    this.count = plan.replicas;
    this.#exchange = exchange;
    this.#index = index;
    this.#store = store;
    this.#factors = factors;
    this.#incoming = store.memory.allocate('float32', incomingLength);
    const all = Array.from({ length: plan.replicas }, (_, replica) => replica);
    this.#others = all.filter((replica) => replica !== index);
    const handed = (replicas: readonly number[]): number[] => {
      const positions = new Set(replicas.flatMap((replica) => [...factorsFor(plan, replica)]));
      return [...positions].filter((position) => !isBatch(plan.factors[position]));
    };
    const summed = (replicas: readonly number[]): Range[] =>
      replicas.flatMap((replica) => plan.sums.flatMap((sum) => overlap(sum, exchange.rangeOf(replica)) ?? []));
    this.#given = handed(this.#others);
    this.#needed = handed([index]);
    this.#givenSums = summed(this.#others);
    this.#neededSums = summed([index]);
  }

  keyOf(key: Key): Key {
    return replicaKey(key, this.#index);
  }

  async exchange(own: StepValues): Promise<StepValues> {
    const { notes, meeting } = this.#exchange;
    const turn = this.#exchange.turn(++this.#step);
    notes[this.#index]?.set([own.loss, own.reconstruction, own.kl]);
    for (const position of this.#given) this.#copyRows(position, this.#index, turn.factors, this.#factors);
    for (const { from, to } of this.#givenSums) {
      turn.gradients[this.#index]?.set(this.#store.gradients.subarray(from, to), from);
    }
    await meeting.waitLong();
    for (const position of this.#needed) {
      for (const other of this.#others) this.#copyRows(position, other, this.#factors, turn.factors);
    }
    const theirs = this.#others.flatMap((other) => turn.gradients[other] ?? []);
    for (const range of this.#neededSums) this.#addUp(range, theirs);
    const mean = (at: number): number => this.#sumOfNotes(at) / this.count;
    return { loss: mean(0), reconstruction: mean(1), kl: mean(2) };
  }

  async total(own: number): Promise<number> {
    this.#exchange.notes[this.#index]?.set([own], 3);
    await this.#exchange.meeting.waitLong();
    return this.#sumOfNotes(3);
  }

  async gather(): Promise<void> {
    const { values } = this.#store;
    const { parameters } = this.#exchange.turn(this.#step);
    const { from, to } = this.#exchange.rangeOf(this.#index);
    parameters.set(values.subarray(from, to), from);
    await this.#exchange.meeting.waitLong();
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
    if (!target || !source) return;
    const length = source.data.length / this.count;
    target.data.set(source.data.subarray(replica * length, (replica + 1) * length), replica * length);
  }

  /** Adds others' gradients to this replica's, a part at a time. */
  #addUp({ from, to }: Range, others: readonly Float32Array[]): void {
    for (let at = from; at < to; at += incomingLength) {
      const end = Math.min(at + incomingLength, to);
      const y = this.#store.gradients.subarray(at, end);
      const x = this.#incoming.subarray(0, y.length);
      for (const other of others) {
        x.set(other.subarray(at, end));
        axpy(this.#store.memory, 1, { x, y });
      }
    }
  }

  #sumOfNotes(at: number): number {
    return this.#exchange.notes.reduce((sum, note) => sum + (note[at] ?? NaN), 0);
  }
}
