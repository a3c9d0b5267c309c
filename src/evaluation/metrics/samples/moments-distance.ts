import { NdArray } from '../../../core/index.ts';
import { matmul, sqrtmh } from '../../../linalg/index.ts';

/** Mean and covariance of points, or of a distribution. */
export interface FirstMoments {
  /** [size] */
  readonly mean: Float64Array;
  /** [size, size] */
  readonly covariance: NdArray<'float64'>;
}

/** Sample mean and covariance (over n − 1) of points [n, size], n > 1. */
export function firstMoments(points: NdArray): FirstMoments {
  const [count = 0, size = 0] = points.shape;
  const mean = new Float64Array(size);
  for (let k = 0; k < points.size; k++) mean[k % size]! += points.data[k]! / count;
  const centered = NdArray.zeros([count, size], 'float64');
  for (let k = 0; k < points.size; k++) centered.data[k] = points.data[k]! - mean[k % size]!;
  const transposed = NdArray.zeros([size, count], 'float64');
  for (let k = 0; k < points.size; k++)
    transposed.data[(k % size) * count + Math.floor(k / size)] = centered.data[k]! / (count - 1);
  return { mean, covariance: symmetric(matmul(transposed, centered)) };
}

/**
 * The Fréchet distance of the Gaussians with these moments, squared, as scores of samples have it (Dowson and Landau 1982; Heusel et al.
 * 2017, eq. 6): ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^{1/2}.
 *
 * (Σ₁Σ₂)^{1/2} has the trace of (Σ₁^{1/2} Σ₂ Σ₁^{1/2})^{1/2}, which is symmetric: its root exists, is real and is taken by `sqrtmh`, whatever the
 * rank. It is the squared 2-Wasserstein distance of `rootsigma/gaussian`, of covariances as numbers.
 */
export function frechetDistance(a: FirstMoments, b: FirstMoments): number {
  const size = a.mean.length;
  let distance = 0;
  for (let i = 0; i < size; i++) distance += (a.mean[i]! - b.mean[i]!) ** 2;
  const root = sqrtmh(a.covariance);
  const cross = sqrtmh(symmetric(matmul(matmul(root, b.covariance), root)));
  for (let i = 0; i < size; i++) {
    const at = i * (size + 1);
    distance += a.covariance.data[at]! + b.covariance.data[at]! - 2 * cross.data[at]!;
  }
  // Of equal covariances rounding is left.
  return Math.max(0, distance);
}

/** Both halves alike to the last digit. */
function symmetric(matrix: NdArray): NdArray<'float64'> {
  const [size = 0] = matrix.shape;
  const result = NdArray.zeros([size, size], 'float64');
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++)
      result.data[i * size + j] = (matrix.data[i * size + j]! + matrix.data[j * size + i]!) / 2;
  }
  return result;
}
