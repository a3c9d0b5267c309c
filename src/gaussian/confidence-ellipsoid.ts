import { NdArray } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { checkCovariance } from '../linalg/index.ts';
import { chiSquareQuantile } from './chi-square.ts';
import type { Gaussian } from './gaussian.ts';

/** The points centre + axes · diag(radii) · u, ‖u‖ ≤ 1, which hold a draw with the given probability. */
export interface ConfidenceEllipsoid {
  /** [...batch, n] */
  readonly center: NdArray;
  /** Orthonormal columns, longest axis first, [...batch, n, n]. */
  readonly axes: NdArray<FloatDType>;
  /** Half lengths of the axes, descending, 0 where Σ is singular, [...batch, n]. */
  readonly radii: NdArray<FloatDType>;
}

/**
 * The smallest region that holds a draw with the given probability: mahalanobis(x) ≤ √χ²(probability; n), an ellipsoid
 * with axes along the eigenvectors of Σ and radii √(χ² λᵢ), n the dimension of the support.
 *
 * @param distribution with known parameters (no graph inputs)
 * @throws ValueError unless 0 ≤ probability < 1
 */
export function confidenceEllipsoid(distribution: Gaussian, probability: number): ConfidenceEllipsoid {
  const { eigenvalues, eigenvectors } = checkCovariance(evaluate(distribution.covariance));
  const n = distribution.size;
  const ranks = distribution.rank;
  const radii = eigenvalues.data.map((_, at) => {
    const row = Math.floor(at / n);
    const rank = typeof ranks === 'number' ? ranks : (ranks.data[row % ranks.size] ?? n);
    if (at % n >= rank) return 0;
    return Math.sqrt(chiSquareQuantile(probability, rank) * (eigenvalues.data[row * n + (n - 1 - (at % n))] ?? 0));
  });
  const axes = eigenvectors.data.map((_, at) => eigenvectors.data[Math.floor(at / n) * n + (n - 1 - (at % n))] ?? 0);
  return {
    center: evaluate(distribution.mean),
    axes: new NdArray<FloatDType>(axes, eigenvectors.shape, eigenvectors.dtype),
    radii: new NdArray<FloatDType>(radii, eigenvalues.shape, eigenvalues.dtype),
  };
}
