import { NdArray } from '../core/index.ts';
import { piecesOf } from '../mpi/index.ts';
import type { Communicator } from '../mpi/index.ts';
import { LatentStatistics, batchesInOrder } from '../objectives/index.ts';
import type { CriterionProgram, ExampleValues, Examples, LatentMoments } from '../objectives/index.ts';
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
  if (!ranks) {
    for (const { x, key, start } of batchesInOrder(examples, options)) {
      const values = await program.run(x, key);
      if (values.moments) statistics?.merge(sumsOf(values.moments));
      yield { start, values };
    }
    return;
  }
  const { rank, size } = ranks;
  const own = batchesInOrder(examples, { key, batchSize, wanted: (batch) => batch % size === rank });
  for (let start = 0; start < examples.size; start += size * batchSize) {
    const counts = Array.from({ length: size }, (_, k) => rowsFrom(start + k * batchSize, examples.size, batchSize));
    const pieces = piecesOf(counts.map((count) => 3 * count));
    const all = new Float64Array(3 * counts.reduce((a, b) => a + b));
    const next = own.next();
    let sums = new Float64Array();
    if (!next.done) {
      const { reconstruction, kl, criterion, moments } = await program.run(next.value.x, next.value.key);
      if (moments) sums = sumsOf(moments);
      [reconstruction.data, kl?.data ?? [], criterion].forEach((values, k) => {
        all.set(values, (pieces.offsets[rank] ?? 0) + k * criterion.length);
      });
    }
    ranks.allGather(all, pieces);
    if (statistics) gather(ranks, statistics, sums);
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
}

/** What the posteriors of one batch add up to. */
function sumsOf(moments: LatentMoments): Float64Array<ArrayBuffer> {
  const own = new LatentStatistics(moments.mean.shape.at(-1) ?? 1);
  own.add(moments);
  return own.sums;
}

/** Adds the sums of each rank's batch, in the order of the batches: the bits of one process, which adds them so too. */
function gather(ranks: Communicator, statistics: LatentStatistics, own: Float64Array): void {
  const { length } = statistics.sums;
  const pieces = piecesOf(Array.from({ length: ranks.size }, () => length));
  const all = new Float64Array(ranks.size * length);
  all.set(own, ranks.rank * length);
  ranks.allGather(all, pieces);
  for (let rank = 0; rank < ranks.size; rank++) statistics.merge(all.subarray(rank * length, (rank + 1) * length));
}

function rowsFrom(start: number, size: number, batchSize: number): number {
  return Math.max(0, Math.min(batchSize, size - start));
}
