import { LinearAlgebraError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { choleskyBatch } from '../kernels/index.ts';
import { matrixName, toResult } from './matrices.ts';
import { scaleByPower, scaleRange } from './scaling.ts';
import { toSymmetric } from './symmetric.ts';
import type { Symmetric } from './symmetric.ts';
import { pivotTolerance } from './thresholds.ts';

/**
 * The Cholesky factor: lower triangular L, positive diagonal, with L Lᵀ = Σ. Depends on the order of the coordinates.
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive definite (singular is refused; use `sqrtmh` there)
 * @returns L, shape [...batch, n, n], zeros above the diagonal
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError naming the matrix, the pivot and its value
 */
export function cholesky(a: ArrayLikeInput): NdArray<FloatDType> {
  const symmetric = toSymmetric('cholesky', a);
  const { rows: n, batchShape, dtype } = symmetric;
  return toResult('cholesky', factorize('cholesky', symmetric), [...batchShape, n, n], dtype);
}

/** Lower factors, at the true scale, of every matrix of the batch. */
export function factorize(operation: string, symmetric: Symmetric): Float64Array<ArrayBuffer> {
  const { data, rows: n, count, exponents, batchShape } = symmetric;
  const factors = new Float64Array(data.length);
  const tolerances = Float64Array.from({ length: n }, (_, row) => pivotTolerance(row));
  const failed = choleskyBatch(data, n, count, { factors, tolerances });
  if (failed !== undefined) {
    const pivot = scaleByPower(failed.value, exponents[failed.matrix]!);
    throw new LinearAlgebraError(
      `${operation}: ${matrixName(batchShape, failed.matrix)} is not positive definite: pivot ${failed.row} is ${pivot}. ` +
        `For a singular covariance use sqrtmh; nearestPsd repairs an indefinite one.`,
    );
  }
  for (let i = 0; i < count; i++) scaleRange(factors, i * n * n, (i + 1) * n * n, exponents[i]! / 2);
  return factors;
}
