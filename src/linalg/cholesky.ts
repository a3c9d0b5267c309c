import { LinearAlgebraError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
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
  const { data, rows: n, count, exponents } = symmetric;
  const out = new Float64Array(data.length);
  for (let i = 0; i < count; i++) {
    const start = i * n * n;
    const l = out.subarray(start, start + n * n);
    for (let row = 0; row < n; row++) fillRow(operation, symmetric, i, row, l);
    scaleRange(l, 0, n * n, exponents[i]! / 2);
  }
  return out;
}

/** Row by row (Cholesky–Banachiewicz): inner products of rows of L. */
function fillRow(operation: string, symmetric: Symmetric, index: number, row: number, l: Float64Array): void {
  const { data, rows: n } = symmetric;
  const start = index * n * n + row * n;
  for (let column = 0; column <= row; column++) {
    let value = data[start + column]!;
    for (let k = 0, x = row * n, y = column * n; k < column; k++, x++, y++) value -= l[x]! * l[y]!;
    if (column < row) {
      l[row * n + column] = value / l[column * n + column]!;
    } else if (value > pivotTolerance(row) * data[start + row]!) {
      l[row * n + row] = Math.sqrt(value);
    } else {
      const pivot = scaleByPower(value, symmetric.exponents[index]!);
      throw new LinearAlgebraError(
        `${operation}: ${matrixName(symmetric.batchShape, index)} is not positive definite: pivot ${row} is ${pivot}. ` +
          `For a singular covariance use sqrtmh; nearestPsd repairs an indefinite one.`,
      );
    }
  }
}
