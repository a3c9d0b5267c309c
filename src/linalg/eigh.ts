import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { eighBatch } from '../kernels/index.ts';
import { toResult } from './matrices.ts';
import { scaleRange } from './powers-of-two.ts';
import { toSymmetric } from './symmetric.ts';

/** A = V diag(values) Vᵀ. */
export interface EigenDecomposition {
  /** Ascending, shape [...batch, n]. */
  readonly values: NdArray<FloatDType>;
  /** Orthonormal columns, column j for value j, shape [...batch, n, n]. */
  readonly vectors: NdArray<FloatDType>;
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices, definite or not: A V = V Λ.
 *
 * Signs of vectors, and bases within repeated eigenvalues, are arbitrary: use functions of A (`sqrtmh`, …) where you can.
 *
 * @param a shape [...batch, n, n]
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError (not symmetric)
 */
export function eigh(a: ArrayLikeInput): EigenDecomposition {
  const symmetric = toSymmetric('eigh', a);
  const { data, rows: n, count, batchShape, dtype, exponents } = symmetric;
  const values = new Float64Array(count * n);
  const vectors = new Float64Array(count * n * n);
  eighBatch(data, n, count, values, vectors);
  for (let i = 0; i < count; i++) scaleRange(values, i * n, (i + 1) * n, exponents[i]!);
  return {
    values: toResult('eigh', values, [...batchShape, n], dtype),
    vectors: toResult('eigh', vectors, [...batchShape, n, n], dtype),
  };
}
