import type { Communicator, Numbers } from './communicator.ts';
import { piecesOf } from './communicator.ts';
import { RankError } from './together.ts';

/**
 * Fills an array of which each rank reads its part, and all get all of it: where one cannot, it fails for all.
 *
 * @param options.unit how many elements cannot be parted
 * @param options.read writes what begins with the unit `from` into its part of the array
 * @throws RankError on the ranks that could read theirs
 */
export function fillTogether<T extends Numbers>(
  ranks: Communicator,
  out: T,
  { unit, read }: { readonly unit: number; readonly read: (part: T, from: number) => void },
): void {
  const { rank, size } = ranks;
  const count = out.length / unit;
  const edge = (k: number): number => unit * Math.floor((k * count) / size);
  const failed = new Uint8Array(size);
  let reason: unknown;
  try {
    const [from, to] = [edge(rank), edge(rank + 1)];
    if (from < to) read(out.subarray(from, to) as T, from / unit);
  } catch (error) {
    failed[rank] = 1;
    reason = error;
  }
  ranks.allGather(failed, piecesOf(new Array<number>(size).fill(1)));
  if (failed[rank] === 1) throw reason;
  const first = failed.indexOf(1);
  if (first >= 0) throw new RankError(`rank ${first}: could not read its part of the data`, 'DataError');
  ranks.allGather(out, piecesOf(Array.from({ length: size }, (_, k) => edge(k + 1) - edge(k))));
}

/** Whether something holds on every rank. */
export function holdsForAll(ranks: Communicator, holds: boolean): boolean {
  const all = new Uint8Array(ranks.size);
  all[ranks.rank] = holds ? 1 : 0;
  ranks.allGather(all, piecesOf(new Array<number>(ranks.size).fill(1)));
  return !all.includes(0);
}
