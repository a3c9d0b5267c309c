import { NdArray } from '../core/index.ts';
import { piecesOf } from '../mpi/index.ts';
import type { Communicator } from '../mpi/index.ts';
import { batchesInOrder } from '../objectives/index.ts';
import type { CriterionProgram, ExampleValues, Examples, LatentStatistics } from '../objectives/index.ts';
import type { Key } from '../random/index.ts';

/** What a model says of the examples from `start` on. */
export interface ValuesOfBatch {
  readonly start: number;
  readonly values: ExampleValues;
}

export interface InOrderOptions {
  readonly key: Key;
  readonly batchSize: number;
  readonly ranks?: Communicator | undefined;
  /** Gets the moments of q(z|x) of all examples, where the program has them. */
  readonly statistics?: LatentStatistics | undefined;
}

/**
 * What a model says of all examples, batch by batch in their order. Of ranks each computes every so many batches, and has the values
 * of all: the same numbers, so that they come to the same decisions by them, whatever processors they are on.
 */
export async function* valuesInOrder(
  program: CriterionProgram,
  examples: Examples,
  options: InOrderOptions,
): AsyncGenerator<ValuesOfBatch> {
  const { key, batchSize, ranks, statistics } = options;
  const valuesOf = async (x: NdArray<'float32'>, of: Key): Promise<ExampleValues> => {
    const values = await program.run(x, of);
    if (values.moments) statistics?.add(values.moments);
    return values;
  };
  if (!ranks) {
    for (const { x, key, start } of batchesInOrder(examples, options)) yield { start, values: await valuesOf(x, key) };
    return;
  }
  const { rank, size } = ranks;
  const own = batchesInOrder(examples, { key, batchSize, wanted: (batch) => batch % size === rank });
  for (let start = 0; start < examples.size; start += size * batchSize) {
    const counts = Array.from({ length: size }, (_, k) => rowsFrom(start + k * batchSize, examples.size, batchSize));
    const pieces = piecesOf(counts.map((count) => 3 * count));
    const all = new Float64Array(3 * counts.reduce((a, b) => a + b));
    const next = own.next();
    if (!next.done) {
      const { reconstruction, kl, criterion } = await valuesOf(next.value.x, next.value.key);
      [reconstruction.data, kl?.data ?? [], criterion].forEach((values, k) => {
        all.set(values, (pieces.offsets[rank] ?? 0) + k * criterion.length);
      });
    }
    ranks.allGather(all, pieces);
    for (const [k, count] of counts.entries()) {
      if (count === 0) break;
      const part = (which: number): Float64Array<ArrayBuffer> => {
        const from = (pieces.offsets[k] ?? 0) + which * count;
        return all.slice(from, from + count);
      };
      const values = {
        reconstruction: new NdArray(part(0), [count]),
        ...(program.hasKl && { kl: new NdArray(part(1), [count]) }),
        criterion: part(2),
      };
      yield { start: start + k * batchSize, values };
    }
  }
  if (statistics) gather(ranks, statistics);
}

/** Adds what the other ranks have added up, in their order: all come to the same numbers. */
function gather(ranks: Communicator, statistics: LatentStatistics): void {
  const own = statistics.sums;
  const pieces = piecesOf(Array.from({ length: ranks.size }, () => own.length));
  const all = new Float64Array(ranks.size * own.length);
  all.set(own, ranks.rank * own.length);
  ranks.allGather(all, pieces);
  statistics.clear();
  for (let rank = 0; rank < ranks.size; rank++) {
    statistics.merge(all.subarray(rank * own.length, (rank + 1) * own.length));
  }
}

function rowsFrom(start: number, size: number, batchSize: number): number {
  return Math.max(0, Math.min(batchSize, size - start));
}
