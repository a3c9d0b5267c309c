import { NdArray, ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';

/** What examples count, in fits of distributions. */
export interface FitOptions {
  /** What each example counts, [examples], not negative; default 1. Only their ratios matter. */
  readonly weights?: ArrayLikeInput | undefined;
}

/** Mean and second moments of examples, weighted, with the divisor of maximum likelihood: Σ wᵢ. */
export interface Moments {
  readonly count: number;
  readonly size: number;
  /** [size] */
  readonly mean: Float64Array<ArrayBuffer>;
  /** Σ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ / Σ wᵢ, [size, size] row-major; of a diagonal alone its entries, [size]. */
  readonly covariance: Float64Array<ArrayBuffer>;
}

/**
 * Moments of `points` [examples, size] in two passes, the second about the mean, so that a large mean costs no digits.
 *
 * @param options.diagonal only variances
 * @throws ShapeError, ValueError naming the entry that is not finite, or the weight that is none
 */
export function momentsOf(
  operation: string,
  points: NdArray,
  { weights, diagonal = false }: FitOptions & { readonly diagonal?: boolean },
): Moments {
  const [count = 0, size = 0] = points.shape;
  if (points.shape.length !== 2 || size === 0) {
    throw new ShapeError(`${operation}: takes examples [examples, size], got ${formatShape(points.shape)}.`);
  }
  if (count === 0) throw new ValueError(`${operation}: there are no examples.`);
  const { data } = points;
  const wrong = data.findIndex((x) => !Number.isFinite(x));
  if (wrong >= 0) {
    const place = `[${Math.floor(wrong / size)}, ${wrong % size}]`;
    throw new ValueError(`${operation}: entry ${place} is ${data[wrong]!}; examples must be finite.`);
  }
  const share = sharesOf(operation, count, weights);

  const mean = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) mean[j]! += share(i) * data[i * size + j]!;
  const covariance = new Float64Array(diagonal ? size : size * size);
  const centered = new Float64Array(size);
  const drift = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) {
      centered[j] = data[i * size + j]! - mean[j]!;
      drift[j]! += share(i) * centered[j]!;
    }
    for (let j = 0; j < size; j++) {
      const scaled = share(i) * centered[j]!;
      if (diagonal) covariance[j]! += scaled * centered[j]!;
      else for (let k = 0; k <= j; k++) covariance[j * size + k]! += scaled * centered[k]!;
    }
  }
  // The mean's own rounding, once.
  for (let j = 0; j < size; j++) mean[j]! += drift[j]!;
  if (!diagonal) {
    for (let j = 0; j < size; j++) for (let k = 0; k < j; k++) covariance[k * size + j] = covariance[j * size + k]!;
  }
  return { count, size, mean, covariance };
}

/** Weight i over the sum of all. */
function sharesOf(operation: string, count: number, weights: ArrayLikeInput | undefined): (i: number) => number {
  if (weights === undefined) return () => 1 / count;
  const { data, shape } = NdArray.from(weights, 'float64');
  if (shape.length !== 1 || data.length !== count) {
    throw new ShapeError(`${operation}: ${count} examples need weights [${count}], got ${formatShape(shape)}.`);
  }
  const wrong = data.findIndex((w) => !(w >= 0 && w < Infinity));
  if (wrong >= 0)
    throw new ValueError(`${operation}: weight ${wrong} is ${data[wrong]!}; it must be finite and not negative.`);
  const largest = data.reduce((a, b) => Math.max(a, b), 0);
  if (largest === 0) throw new ValueError(`${operation}: all weights are 0.`);
  // By the largest first: sums of weights neither overflow nor vanish.
  const total = data.reduce((sum, w) => sum + w / largest, 0);
  return (i) => data[i]! / largest / total;
}
