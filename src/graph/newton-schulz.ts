import { ValueError } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { asTensor } from './build.ts';
import type { TensorLike } from './build.ts';
import { div, mul, sqrt, square, sub } from './elementwise.ts';
import { identityMatrix, symmetrize } from './linalg.ts';
import { matmul } from './matmul.ts';
import { sum } from './reductions.ts';
import { squeeze } from './shaping.ts';
import type { Tensor } from './tensor.ts';

/** What `newtonSchulzSqrt` gives: the root, and how good it is. */
export interface NewtonSchulzRoot {
  /** S ≈ Σ^{1/2}, [..., n, n], symmetric to the bit */
  readonly root: Tensor;
  /**
   * r = ‖S S − Σ‖_F / ‖Σ‖_F, [...]: what to check before trusting the root. As S (S − Σ^{1/2}) + (S − Σ^{1/2}) Σ^{1/2} =
   * S S − Σ, the root is off by at most ‖S − Σ^{1/2}‖_F ≤ r ‖Σ‖_F / (λmin(S) + λmin(Σ^{1/2})).
   */
  readonly residual: Tensor;
}

/** ‖S S − Σ‖_F / ‖Σ‖_F of each matrix, [...]. */
export function rootResidual(root: Tensor, covariance: Tensor): Tensor {
  const distance = div(frobenius(sub(matmul(root, root), covariance)), frobenius(covariance));
  return squeeze(squeeze(distance, -1), -1);
}

/**
 * Σ^{1/2} by the coupled Newton–Schulz iteration, from products alone: pure ONNX, no host op. With A = Σ / ‖Σ‖_F,
 *
 *   Y₀ = A, Z₀ = I;  T = (3 I − Z Y) / 2;  Y ← Y T, Z ← T Z;  Y → A^{1/2}, Z → A^{-1/2}
 *
 * (Higham, Functions of Matrices, 2008, eq. 6.35.) Converges quadratically in the end, but an eigenvalue λ of A first
 * grows by 9/4 an iteration: about log(1/λmin)/log(9/4) + 5 iterations reach rounding. Σ must be positive definite.
 * `sqrtmh` is exact and faster on a host; this is for exports.
 *
 * @param iterations default 20, enough for condition numbers up to about 10⁵. More are of use in float64 only: in float32 the
 *   iteration breaks down where Z, which grows with the condition, meets rounding (NaN from 30 iterations on at 10¹⁰), while
 *   20 leave eigenvalues below 10⁻⁶ ‖Σ‖_F too small and everything else right.
 */
export function newtonSchulzSqrt(covariance: TensorLike, iterations = 20): NewtonSchulzRoot {
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new ValueError(`newtonSchulzSqrt: iterations must be a positive whole number, got ${iterations}.`);
  }
  const a = asTensor(covariance);
  const norm = frobenius(a);
  const n = a.shape.at(-1);
  const threeHalves = mul(identityMatrix(typeof n === 'number' ? n : 0, a.dtype as FloatDType), 1.5);
  let y = div(a, norm);
  let step = sub(threeHalves, mul(y, 0.5));
  let z = step;
  y = matmul(y, step);
  for (let k = 1; k < iterations; k++) {
    step = sub(threeHalves, mul(matmul(z, y), 0.5));
    y = matmul(y, step);
    if (k < iterations - 1) z = matmul(step, z);
  }
  const root = mul(symmetrize(y), sqrt(norm));
  return { root, residual: rootResidual(root, a) };
}

/** ‖A‖_F of each matrix, [..., 1, 1]. */
function frobenius(a: Tensor): Tensor {
  return sqrt(sum(square(a), [-2, -1], { keepDims: true }));
}
