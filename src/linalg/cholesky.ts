import { LinearAlgebraError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { choleskyBatch } from '../kernels/index.ts';
import { matrixName, toResult } from './matrices.ts';
import { evenExponentOf, scaleByPower, scaleRange } from './powers-of-two.ts';
import { toSymmetric } from './symmetric.ts';
import type { Symmetric } from './symmetric.ts';
import { pivotTolerance, safeSpread } from './thresholds.ts';

/**
 * The Cholesky factor: lower triangular L, positive diagonal, with L Lᵀ = Σ. Depends on the order of the coordinates.
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive definite (singular is refused; use `sqrtmh` there)
 * @returns L, shape [...batch, n, n], zeros above the diagonal
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError naming the matrix, the pivot and its value
 */
export function cholesky(a: ArrayLikeInput): NdArray<FloatDType> {
  const symmetric = toSymmetric('cholesky', a, { spread: () => safeSpread });
  const { rows: n, batchShape, dtype } = symmetric;
  return toResult('cholesky', factorize('cholesky', symmetric), [...batchShape, n, n], dtype);
}

/** Lower factors, at the true scale, of every matrix of the batch. */
export function factorize(operation: string, symmetric: Symmetric): Float64Array<ArrayBuffer> {
  const { data, rows: n, count, exponents, batchShape } = symmetric;
  const factors = new Float64Array(data.length);
  const scales = Array.from({ length: count }, (_, i) => equalize(symmetric, i));
  const tolerances = Float64Array.from({ length: n }, (_, row) => pivotTolerance(row));
  const failed = choleskyBatch(data, n, count, { factors, tolerances });
  if (failed !== undefined) {
    const exponent = scales[failed.matrix]?.[failed.row];
    const pivot = scaleByPower(failed.value, exponent === undefined ? exponents[failed.matrix]! : 2 * exponent);
    throw new LinearAlgebraError(
      `${operation}: ${matrixName(batchShape, failed.matrix)} is not positive definite: pivot ${failed.row} is ${pivot}. ` +
        `For a singular covariance use sqrtmh; nearestPsd repairs an indefinite one.`,
    );
  }
  for (let i = 0; i < count; i++) {
    const start = i * n * n;
    const own = scales[i];
    if (!own) scaleRange(factors, start, start + n * n, exponents[i]! / 2);
    else own.forEach((scale, row) => { scaleRange(factors, start + row * n, start + (row + 1) * n, scale); }); // prettier-ignore
  }
  return factors;
}

/**
 * Where variances are too far apart for one scale: Σᵢⱼ 2^−(kᵢ + kⱼ), and the exponents k. Row i of the factor is 2^kᵢ times
 * what comes of it.
 */
function equalize({ data, uneven, rows: n }: Symmetric, index: number): number[] | undefined {
  const sigma = uneven.get(index);
  if (!sigma) return undefined;
  const own = data.subarray(index * n * n, (index + 1) * n * n);
  const scales = Array.from({ length: n }, (_, i) => evenExponentOf(sigma[i * n + i]!) / 2);
  own.set(sigma.map((value, at) => scaleByPower(scaleByPower(value, -scales[Math.floor(at / n)]!), -scales[at % n]!)));
  return scales;
}
