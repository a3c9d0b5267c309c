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
  /** Unscaled copies of the matrices whose variances differ by more than the spread asked for: see `standardize`. */
  readonly uneven: ReadonlyMap<number, Float64Array<ArrayBuffer>>;
}

export interface SpreadOptions {
  /** Largest by smallest positive variance up to which a matrix counts as even; 0: none does. Default: every one does. */
  readonly spread?: (epsilon: number) => number;
}

/** Reads symmetric matrices; rounding-size asymmetry is averaged. @throws ShapeError, NumericalError, LinearAlgebraError */
export function toSymmetric(operation: string, input: ArrayLikeInput, options: SpreadOptions = {}): Symmetric {
  const matrices = toSquare(operation, input);
  const size = matrices.rows * matrices.rows;
  for (let i = 0; i < matrices.count; i++) requireSymmetric(operation, matrices, i, size);
  return symmetricPart(matrices, options);
}

/** (A + Aᵀ)/2 of square matrices of any asymmetry, scaled. Overwrites `matrices.data`. */
export function symmetricPart(matrices: Matrices, { spread }: SpreadOptions = {}): Symmetric {
  const { data, rows: n, count, epsilon } = matrices;
  const uneven = new Map<number, Float64Array<ArrayBuffer>>();
  const exponents = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * n * n;
    const end = start + n * n;
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < row; column++) {
        const at = start + row * n + column;
        const mirrored = start + column * n + row;
        if (data[at] !== data[mirrored]) data[at] = data[mirrored] = data[at]! / 2 + data[mirrored]! / 2;
      }
    }
    if (spread && isUneven(data, start, n, spread(epsilon))) uneven.set(i, data.slice(start, end));
    const exponent = evenExponentOf(largestMagnitude(data, start, end));
    scaleRange(data, start, end, -exponent);
    exponents[i] = exponent;
  }
  return { ...matrices, exponents, uneven };
}

function isUneven(data: Float64Array, start: number, n: number, spread: number): boolean {
  let [least, most] = [Infinity, 0];
  for (let i = 0, at = start; i < n; i++, at += n + 1) {
    const variance = data[at]!;
    if (variance > most) most = variance;
    if (variance > 0 && variance < least) least = variance;
  }
  return spread === 0 || most / spread > least;
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
