import { takeTurns } from '../../../core/index.ts';
import { foldIn } from '../../../random/index.ts';
import type { Key } from '../../../random/index.ts';
import { squaredDistance, startingCenters } from '../../../statistics/starting-centers.ts';

/** Options of `kMeans`: clusters, starts, key. */
export interface KMeansOptions {
  readonly clusters: number;
  /** How often it begins anew; the best is kept. */
  readonly starts: number;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
}

/** The clusters that `kMeans` found. */
export interface KMeansResult {
  /** The cluster of each row. */
  readonly labels: Uint32Array;
  /** Σ squared distances to the centres. */
  readonly inertia: number;
}

const mostRounds = 300;

/**
 * k-means by Lloyd's algorithm from the starts of k-means++ (Arthur and Vassilvitskii 2007).
 *
 * @param rows [n, size], n ≥ clusters
 */
export async function kMeans(rows: Float64Array, size: number, options: KMeansOptions): Promise<KMeansResult> {
  let best: KMeansResult | undefined;
  for (let start = 0; start < options.starts; start++) {
    const found = await lloyd(rows, size, { ...options, key: foldIn(options.key, start) });
    if (!best || found.inertia < best.inertia) best = found;
  }
  return best!;
}

async function lloyd(
  rows: Float64Array,
  size: number,
  { clusters, key, signal }: Omit<KMeansOptions, 'starts'>,
): Promise<KMeansResult> {
  const count = rows.length / size;
  const centers = startingCenters(rows, size, { clusters, key });
  const labels = new Uint32Array(count).fill(clusters);
  const distances = new Float64Array(count);
  for (let round = 0; round < mostRounds; round++) {
    await takeTurns();
    signal?.throwIfAborted();
    let changed = 0;
    for (let i = 0; i < count; i++) {
      let [nearest, least] = [0, Infinity];
      for (let c = 0; c < clusters; c++) {
        const distance = squaredDistance(rows, i * size, centers, c * size, size);
        if (distance < least) [nearest, least] = [c, distance];
      }
      if (labels[i] !== nearest) changed++;
      labels[i] = nearest;
      distances[i] = least;
    }
    if (changed === 0) break;
    moveCenters(rows, size, { centers, labels, distances });
  }
  return { labels, inertia: distances.reduce((sum, distance) => sum + distance, 0) };
}

/** Each to the mean of its rows; one that has none, to the row that is farthest from its centre. */
function moveCenters(
  rows: Float64Array,
  size: number,
  state: { readonly centers: Float64Array; readonly labels: Uint32Array; readonly distances: Float64Array },
): void {
  const { centers, labels, distances } = state;
  const counts = new Float64Array(centers.length / size);
  const sums = new Float64Array(centers.length);
  labels.forEach((c, i) => {
    counts[c]!++;
    for (let k = 0; k < size; k++) sums[c * size + k]! += rows[i * size + k]!;
  });
  counts.forEach((count, c) => {
    if (count > 0) {
      for (let k = 0; k < size; k++) centers[c * size + k] = sums[c * size + k]! / count;
      return;
    }
    const farthest = distances.indexOf(distances.reduce((most, distance) => Math.max(most, distance), 0));
    distances[farthest] = 0;
    centers.set(rows.subarray(farthest * size, (farthest + 1) * size), c * size);
  });
}
