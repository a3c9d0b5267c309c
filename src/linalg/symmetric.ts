import { LinearAlgebraError } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import { matrixName, toSquare } from './matrices.ts';
import type { Matrices } from './matrices.ts';
import { evenExponentOf, largestMagnitude, scaleRange } from './powers-of-two.ts';
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
  return symmetricPart(toSquare(operation, input), options, operation);
}

/**
 * (A + Aᵀ)/2 of square matrices, scaled. Overwrites `matrices.data`.
 *
 * @param operation refuses asymmetry beyond rounding; without it, any will do
 */
export function symmetricPart(matrices: Matrices, { spread }: SpreadOptions = {}, operation?: string): Symmetric {
  const { data, rows: n, count, epsilon } = matrices;
  const uneven = new Map<number, Float64Array<ArrayBuffer>>();
  const exponents = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * n * n;
    const end = start + n * n;
    let largest = symmetricMagnitude(data, start, n);
    if (largest < 0) {
      average(matrices, i, operation);
      largest = symmetricMagnitude(data, start, n);
    }
    if (spread && isUneven(data, start, n, spread(epsilon))) uneven.set(i, data.slice(start, end));
    const exponent = evenExponentOf(largest);
    scaleRange(data, start, end, -exponent);
    exponents[i] = exponent;
  }
  return { ...matrices, exponents, uneven };
}

/**
 * The largest magnitude of a matrix that equals its transpose to the bit; −1 where it does not. By blocks of 8 × 8: the entries of
 * a column lie on as many cache lines.
 */
function symmetricMagnitude(data: Float64Array, start: number, n: number): number {
  let largest = 0;
  for (let top = 0; top < n; top += 8) {
    const bottom = Math.min(top + 8, n);
    for (let left = 0; left <= top; left += 8) {
      for (let row = top; row < bottom; row++) {
        const last = Math.min(left + 7, row);
        for (
          let column = left, at = start + row * n + left, mirrored = start + left * n + row;
          column <= last;
          column++
        ) {
          const value = data[at]!;
          if (value !== data[mirrored]) return -1;
          largest = Math.max(largest, Math.abs(value));
          at += 1;
          mirrored += n;
        }
      }
    }
  }
  return largest;
}

/** @throws LinearAlgebraError, in the name of `operation`, when two entries differ by more than rounding */
function average({ data, rows: n, epsilon, batchShape }: Matrices, index: number, operation?: string): void {
  const start = index * n * n;
  const limit = operation ? asymmetryTolerance(epsilon) * largestMagnitude(data, start, start + n * n) : Infinity;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < row; column++) {
      const at = start + row * n + column;
      const mirrored = start + column * n + row;
      const lower = data[at]!;
      const upper = data[mirrored]!;
      if (Math.abs(lower - upper) > limit) {
        throw new LinearAlgebraError(
          `${operation}: ${matrixName(batchShape, index)} is not symmetric: entry (${row}, ${column}) is ${lower}, ` +
            `(${column}, ${row}) is ${upper}; rounding explains at most ${limit}. Symmetrise it as (A + Aᵀ)/2 if that is what you mean.`,
        );
      }
      if (lower !== upper) data[at] = data[mirrored] = lower / 2 + upper / 2;
    }
  }
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
