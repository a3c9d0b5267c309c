import { sizeOf } from '../core/index.ts';
import { fillTogether } from '../mpi/index.ts';
import type { Communicator } from '../mpi/index.ts';
import { checkGather } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/**
 * The same examples for reading that all ranks of a job do together, in the same order: of data that stay on disk each reads its part of
 * those that are asked for, and gets the others from the other ranks. Data in memory are as they were.
 *
 * @throws RankError from `gather`, where another rank cannot read its part
 */
export function readByRanks(dataset: Dataset, ranks: Communicator | undefined): Dataset {
  if (!ranks || !dataset.onDisk) return dataset;
  const unit = sizeOf(dataset.sampleShape);
  const part = (indices: Uint32Array, from: number, length: number): Uint32Array =>
    indices.subarray(from, from + length / unit);
  return {
    ...dataset,
    gather(indices, out) {
      checkGather(dataset, indices, out);
      const read = (own: Float32Array, from: number): void => {
        dataset.gather(part(indices, from, own.length), own);
      };
      fillTogether(ranks, out, { unit, read });
    },
    ...(dataset.gatherFloat64 && {
      gatherFloat64(indices, out) {
        checkGather(dataset, indices, out);
        const read = (own: Float64Array, from: number): void => {
          dataset.gatherFloat64?.(part(indices, from, own.length), own);
        };
        fillTogether(ranks, out, { unit, read });
      },
    }),
  };
}
