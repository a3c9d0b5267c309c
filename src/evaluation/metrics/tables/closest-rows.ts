import { takeTurns } from '../../../core/index.ts';
import type { NdArray } from '../../../core/index.ts';
import { squaredDistance } from '../samples/neighbourhoods.ts';

/** How near rows come to others. */
export interface ClosestRows {
  /** Of each row, the Euclidean distance to the closest of the others. */
  readonly distances: Float64Array;
  /** How many are equal to one of them. */
  readonly copies: number;
}

/**
 * How near each row comes to others, and how many are copies of one.
 *
 * @param rows [n, width]
 * @param others [m, width], m > 0
 */
export async function closestRows(rows: NdArray, others: NdArray, signal?: AbortSignal): Promise<ClosestRows> {
  const [count = 0] = rows.shape;
  const [many = 0] = others.shape;
  const distances = new Float64Array(count).fill(Infinity);
  let copies = 0;
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    for (let j = 0; j < many && distances[i]! > 0; j++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(rows, i, others, j));
    }
    distances[i] = Math.sqrt(distances[i]!);
    if (distances[i] === 0) copies++;
    await takeTurns();
  }
  return { distances, copies };
}
