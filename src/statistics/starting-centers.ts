import { uniform } from '../random/index.ts';
import type { Key } from '../random/index.ts';

/**
 * Where clusters begin, by k-means++ (Arthur and Vassilvitskii 2007): the first row at random, each other with a probability that
 * grows as the squared distance to the nearest before it.
 *
 * @param rows [n, size], n ≥ clusters
 * @returns [clusters, size]
 */
export function startingCenters(
  rows: Float64Array,
  size: number,
  { clusters, key }: { readonly clusters: number; readonly key: Key },
): Float64Array<ArrayBuffer> {
  const count = rows.length / size;
  const centers = new Float64Array(clusters * size);
  const draws = uniform(key, [clusters], { dtype: 'float64' }).data;
  const weights = new Float64Array(count).fill(1);
  for (let c = 0; c < clusters; c++) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let rest = draws[c]! * total;
    // Where all rows stand on centres there is nothing to choose by.
    let chosen = Math.min(count - 1, Math.floor(draws[c]! * count));
    for (let i = 0; total > 0 && i < count; i++) {
      if (weights[i] === 0) continue;
      chosen = i;
      rest -= weights[i]!;
      if (rest < 0) break;
    }
    centers.set(rows.subarray(chosen * size, (chosen + 1) * size), c * size);
    for (let i = 0; i < count; i++) {
      const distance = squaredDistance(rows, i * size, centers, c * size, size);
      weights[i] = c === 0 ? distance : Math.min(weights[i]!, distance);
    }
  }
  return centers;
}

/** ‖a − b‖² of the rows of a and b that begin at these places. */
export function squaredDistance(a: Float64Array, at: number, b: Float64Array, start: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += (a[at + k]! - b[start + k]!) ** 2;
  return sum;
}
