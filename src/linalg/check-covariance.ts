import { NdArray, checkOptions } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { eighBatch } from '../kernels/index.ts';
import { completeVectors } from './complement.ts';
import { toResult, toSquare } from './matrices.ts';
import { scaleRange } from './powers-of-two.ts';
import { rebuild } from './products.ts';
import { decidesRank, positiveSpectrum } from './spectrum.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions } from './spectrum-options.ts';
import { symmetricPart, toSymmetric } from './symmetric.ts';
import { indefiniteTolerance } from './thresholds.ts';

/** A covariance that passed, with the factorisation the check needed: Σ = V diag(eigenvalues) Vᵀ. */
export interface CheckedCovariance {
  /** Σ, symmetric to the bit, shape [...batch, n, n]. */
  readonly covariance: NdArray<FloatDType>;
  /** Ascending, ≥ 0, exactly 0 outside the support, shape [...batch, n]. */
  readonly eigenvalues: NdArray<FloatDType>;
  /** Orthonormal columns, shape [...batch, n, n]. */
  readonly eigenvectors: NdArray<FloatDType>;
  /** Dimension of the support, shape [...batch]. */
  readonly rank: NdArray<'int32'>;
}

/**
 * Accepts exactly the symmetric positive semidefinite matrices, up to rounding (thresholds.ts), and returns what it
 * learned. Singular is legal.
 *
 * @param a Σ, shape [...batch, n, n]
 * @throws ShapeError (not square), NumericalError (NaN, infinity), LinearAlgebraError (not symmetric, indefinite), each
 *   naming the matrix of the batch and the offending entry or eigenvalue
 */
export function checkCovariance(a: ArrayLikeInput, options: SpectrumOptions = {}): CheckedCovariance {
  checkOptions('checkCovariance', options, spectrumRules);
  const symmetric = toSymmetric('checkCovariance', a, decidesRank);
  const { data, rows: n, count, exponents, batchShape, dtype } = symmetric;
  const spectrum = positiveSpectrum('checkCovariance', symmetric, options);
  const { values, vectors, ranks, exponents: scales } = spectrum;
  completeVectors(spectrum, n);
  for (let i = 0; i < count; i++) {
    scaleRange(values, i * n, (i + 1) * n, scales[i]!);
    const own = symmetric.uneven.get(i);
    if (own) data.set(own, i * n * n);
    else scaleRange(data, i * n * n, (i + 1) * n * n, exponents[i]!);
  }
  const shape = [...batchShape, n, n];
  return {
    covariance: toResult('checkCovariance', data, shape, dtype),
    eigenvalues: toResult('checkCovariance', values, [...batchShape, n], dtype),
    eigenvectors: toResult('checkCovariance', vectors, shape, dtype),
    rank: new NdArray(ranks, batchShape, 'int32'),
  };
}

/**
 * The symmetric positive semidefinite matrix nearest to A in the Frobenius norm: the symmetric part of A with its
 * negative eigenvalues set to zero (Higham 1988, Linear Algebra Appl. 103, Theorem 2.1). A symmetric part that already
 * counts as semidefinite comes back unchanged.
 *
 * @param a shape [...batch, n, n], of any asymmetry
 * @throws ShapeError (not square), NumericalError (NaN, infinity)
 */
export function nearestPsd(a: ArrayLikeInput): NdArray<FloatDType> {
  const symmetric = symmetricPart(toSquare('nearestPsd', a));
  const { data, rows: n, count, exponents, batchShape, dtype, epsilon } = symmetric;
  const values = new Float64Array(count * n);
  const vectors = new Float64Array(data.length);
  eighBatch(data, n, count, values, vectors);
  for (let i = 0; i < count; i++) {
    const own = [i * n * n, (i + 1) * n * n] as const;
    const eigenvalues = values.subarray(i * n, (i + 1) * n);
    const largest = n === 0 ? 0 : Math.max(Math.abs(eigenvalues[0]!), Math.abs(eigenvalues[n - 1]!));
    if (n > 0 && eigenvalues[0]! < -indefiniteTolerance(n, epsilon) * largest) {
      const clipped = eigenvalues.map((value) => Math.max(value, 0));
      rebuild(vectors.subarray(...own), clipped, n, data.subarray(...own));
    }
    scaleRange(data, ...own, exponents[i]!);
  }
  return toResult('nearestPsd', data, [...batchShape, n, n], dtype);
}
