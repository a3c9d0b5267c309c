import { takeTurns } from '../../../core/index.ts';
import type { NdArray } from '../../../core/index.ts';

/** How samples and real examples lie among each other. */
export interface Neighbourhoods {
  /** Share of the samples that lie in the ball of some real example, which reaches to its k-th nearest real one. */
  readonly precision: number;
  /** Share of the real examples that lie in the ball of some sample. */
  readonly recall: number;
  /** Balls of real examples that a sample lies in, on average, over k. */
  readonly density: number;
  /** Share of the real examples whose ball has a sample in it. */
  readonly coverage: number;
}

/**
 * Precision and recall of Kynkäänniemi et al. (2019, eq. 1 and 2), density and coverage of Naeem et al. (2020, eq. 5 and 6), by Euclidean
 * balls up to the k-th nearest neighbour. A point on the edge of a ball lies in it, as in the authors' code.
 *
 * @param real [n, size]
 * @param drawn [m, size]
 * @param options.neighbours k, less than n and m
 */
export async function neighbourhoods(
  real: NdArray,
  drawn: NdArray,
  options: { readonly neighbours: number; readonly signal?: AbortSignal | undefined },
): Promise<Neighbourhoods> {
  const { neighbours: k, signal } = options;
  const [ofReal, ofDrawn] = [await radii(real, k, signal), await radii(drawn, k, signal)];
  const [n, m] = [ofReal.length, ofDrawn.length];
  const [isNear, isFound, isCovered] = [new Uint8Array(m), new Uint8Array(n), new Uint8Array(n)];
  let inside = 0;
  for (let i = 0; i < n; i++) {
    signal?.throwIfAborted();
    for (let j = 0; j < m; j++) {
      const distance = squaredDistance(real, i, drawn, j);
      if (distance <= ofReal[i]!) {
        inside++;
        isNear[j] = 1;
        isCovered[i] = 1;
      }
      if (distance <= ofDrawn[j]!) isFound[i] = 1;
    }
    await takeTurns();
  }
  const share = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
  return { precision: share(isNear), recall: share(isFound), density: inside / (k * m), coverage: share(isCovered) };
}

/** The squared distance of each point to its k-th nearest other. */
async function radii(points: NdArray, k: number, signal: AbortSignal | undefined): Promise<Float64Array> {
  const [count = 0] = points.shape;
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    const distances = new Float64Array(count);
    for (let j = 0; j < count; j++) distances[j] = i === j ? Infinity : squaredDistance(points, i, points, j);
    result[i] = distances.sort()[k - 1]!;
    await takeTurns();
  }
  return result;
}

export function squaredDistance(a: NdArray, i: number, b: NdArray, j: number): number {
  const size = a.shape[1] ?? 0;
  const [p, q] = [i * size, j * size];
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (a.data[p + d]! - b.data[q + d]!) ** 2;
  return sum;
}
