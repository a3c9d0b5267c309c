import { axpy, createBufferMemory } from '../../kernels/index.ts';
import type { BufferMemory } from '../../kernels/index.ts';
import type { Range } from './range.ts';
import { sumByHalves } from './row-blocks.ts';

/** How many numbers are added up at a time: they stay in the second-level cache. */
const pieceLength = 2 ** 14;

/** Where everybody's terms of gradients are added up, a piece at a time: kernels see one memory only. */
export class TermSums {
  readonly #memory: BufferMemory;
  readonly #buffers: readonly Float32Array<ArrayBuffer>[];

  /** @param count of replicas; 0 where nothing is added up */
  constructor(count: number) {
    this.#memory = createBufferMemory(count * pieceLength * Float32Array.BYTES_PER_ELEMENT);
    this.#buffers = Array.from({ length: count }, () => this.#memory.allocate('float32', pieceLength));
  }

  /** Writes the sums over a range of the flat array. @param termsOf a replica's terms of a part of it */
  write(gradients: Float32Array, { from, to }: Range, termsOf: (replica: number, part: Range) => Float32Array): void {
    for (let at = from; at < to; at += pieceLength) {
      const end = Math.min(at + pieceLength, to);
      const terms = this.#buffers.map((buffer, replica) => {
        const term = buffer.subarray(0, end - at);
        term.set(termsOf(replica, { from: at, to: end }));
        return term;
      });
      const sum = sumByHalves(terms, (y, x) => {
        axpy(this.#memory, 1, { x, y });
        return y;
      });
      gradients.set(sum, at);
    }
  }
}
