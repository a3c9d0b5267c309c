import { LinearAlgebraError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { matrixName, toSquare } from './matrices.ts';
import type { Matrices } from './matrices.ts';
import { evenExponentOf, largestMagnitude, scaleRange } from './scaling.ts';
import { asymmetryTolerance } from './thresholds.ts';

/**
 * Symmetric matrices, symmetric to the bit and scaled: `data` holds A · 2^−exponents[i], with the largest magnitude of
 * each matrix in [1, 4) and the exponent even, so eigenvalues and roots scale back without rounding and nothing
 * overflows or underflows on the way.
 */
export interface Symmetric extends Matrices {
  readonly exponents: Int32Array;
}

/** Reads symmetric matrices; rounding-size asymmetry is averaged. @throws ShapeError, NumericalError, LinearAlgebraError */
export function toSymmetric(operation: string, input: ArrayLikeInput): Symmetric {
  const matrices = toSquare(operation, input);
  const size = matrices.rows * matrices.rows;
  for (let i = 0; i < matrices.count; i++) requireSymmetric(operation, matrices, i, size);
  return symmetricPart(matrices);
}

/** (A + Aᵀ)/2 of square matrices of any asymmetry, scaled. Overwrites `matrices.data`. */
export function symmetricPart(matrices: Matrices): Symmetric {
  const { data, rows: n, count } = matrices;
  const exponents = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * n * n;
    const end = start + n * n;
    const exponent = evenExponentOf(largestMagnitude(data, start, end));
    scaleRange(data, start, end, -exponent);
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < row; column++) {
        const at = start + row * n + column;
        const mirrored = start + column * n + row;
        if (data[at] !== data[mirrored]) data[at] = data[mirrored] = (data[at]! + data[mirrored]!) / 2;
      }
    }
    exponents[i] = exponent;
  }
  return { ...matrices, exponents };
}

function requireSymmetric(operation: string, matrices: Matrices, index: number, size: number): void {
  const { data, rows: n, epsilon, batchShape } = matrices;
  const start = index * size;
  const limit = asymmetryTolerance(epsilon) * largestMagnitude(data, start, start + size);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < row; column++) {
      const lower = data[start + row * n + column]!;
      const upper = data[start + column * n + row]!;
      if (Math.abs(lower - upper) <= limit) continue;
      throw new LinearAlgebraError(
        `${operation}: ${matrixName(batchShape, index)} is not symmetric: entry (${row}, ${column}) is ${lower}, ` +
          `(${column}, ${row}) is ${upper}; rounding explains at most ${limit}. Symmetrise it as (A + Aᵀ)/2 if that is what you mean.`,
      );
    }
  }
}
