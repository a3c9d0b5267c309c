import { NdArray, ShapeError, formatShape } from '../core/index.ts';
import { eigh } from '../linalg/index.ts';

/** The directions along which points vary most. */
export interface PrincipalAxes {
  /** [size] */
  readonly mean: Float64Array;
  /** Unit vectors, one a row, [count, size]; each has its largest entry positive. */
  readonly axes: NdArray<'float64'>;
  /** Variances along them, largest first. */
  readonly variances: Float64Array;
  /** Variances as shares of the total; 0 where nothing varies. */
  readonly explained: Float64Array;
}

/**
 * The first `count` principal axes of points [n, size]: eigenvectors of their covariance. Where there are fewer coordinates,
 * fewer axes.
 *
 * @throws ShapeError unless the points are [n, size] with n > 0
 */
export function principalAxes(points: NdArray, count: number): PrincipalAxes {
  const [n = 0, size = 0] = points.shape;
  if (points.shape.length !== 2 || n === 0 || size === 0) {
    throw new ShapeError(`principalAxes: expected points [n, size], got ${formatShape(points.shape)}.`);
  }
  const mean = new Float64Array(size);
  for (let k = 0; k < points.size; k++) mean[k % size]! += points.data[k]! / n;
  const covariance = NdArray.zeros([size, size], 'float64');
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < size; i++) {
      const deviation = (points.data[row * size + i]! - mean[i]!) / n;
      for (let j = 0; j < size; j++) {
        covariance.data[i * size + j]! += deviation * (points.data[row * size + j]! - mean[j]!);
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) covariance.data[i * size + j] = covariance.data[j * size + i]!;
  }
  const { values, vectors } = eigh(covariance);
  const total = Array.from(values.data).reduce((sum, value) => sum + Math.max(0, value), 0);
  const order = Array.from(values.data, (_, k) => k).sort((a, b) => values.data[b]! - values.data[a]!);
  const chosen = order.slice(0, count);
  const axes = chosen.flatMap((column) => {
    const axis = Array.from({ length: size }, (_, i) => vectors.data[i * size + column]!);
    const extreme = axis.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
    return extreme < 0 ? axis.map((entry) => -entry) : axis;
  });
  const variances = Float64Array.from(chosen, (column) => Math.max(0, values.data[column]!));
  return {
    mean,
    axes: new NdArray(Float64Array.from(axes), [chosen.length, size]),
    variances,
    explained: variances.map((variance) => (total > 0 ? variance / total : 0)),
  };
}

/** Coordinates of points [n, size] along the axes, [n, count]. */
export function project(points: NdArray, { mean, axes }: Pick<PrincipalAxes, 'mean' | 'axes'>): NdArray<'float64'> {
  const [count = 0, size = 0] = axes.shape;
  const n = points.size / size;
  const result = NdArray.zeros([n, count], 'float64');
  for (let row = 0; row < n; row++) {
    for (let a = 0; a < count; a++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += axes.data[a * size + i]! * (points.data[row * size + i]! - mean[i]!);
      result.data[row * count + a] = sum;
    }
  }
  return result;
}
