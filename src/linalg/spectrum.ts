import { LinearAlgebraError, ValueError } from '../core/index.ts';
import { eighBatch } from '../kernels/index.ts';
import { gradedSvd } from './graded-svd.ts';
import type { GradedSvd } from './graded-svd.ts';
import { matrixName } from './matrices.ts';
import { scaleByPower, scaleRange } from './powers-of-two.ts';
import type { SpectrumRule } from './spectrum-options.ts';
import { correlationSpectrum, standardize } from './standardize.ts';
import type { SpreadOptions, Symmetric } from './symmetric.ts';
import { indefiniteTolerance, supportTolerance } from './thresholds.ts';

/** Eigendecomposition of positive semidefinite matrices. */
export interface Spectrum {
  /** [count]: values are eigenvalues times 2^−exponent. */
  readonly exponents: Int32Array;
  /** What `uneven` matrices were decomposed by. */
  readonly graded: ReadonlyMap<number, GradedSvd>;
  /** [count, n], ascending, all ≥ 0, exactly 0 outside the support. */
  readonly values: Float64Array<ArrayBuffer>;
  /** [count, n, n], columns; those of `graded` outside the support are 0: see `completeVectors`. */
  readonly vectors: Float64Array<ArrayBuffer>;
  /** [count]: how many values are positive. */
  readonly ranks: Int32Array<ArrayBuffer>;
}

/** @throws LinearAlgebraError naming the matrix and its smallest eigenvalue when one is indefinite */
export function positiveSpectrum(operation: string, symmetric: Symmetric, options: SpectrumRule = {}): Spectrum {
  const { data, rows: n, count } = symmetric;
  checkTolerance(operation, options.rtol);
  const values = new Float64Array(count * n);
  const vectors = new Float64Array(count * n * n);
  eighBatch(data, n, count, values, vectors);
  const ranks = new Int32Array(count);
  const exponents = symmetric.exponents.slice();
  const graded = new Map<number, GradedSvd>();
  for (let i = 0; i < count; i++) {
    const own = values.subarray(i * n, (i + 1) * n);
    const svd = gradedSpectrum(symmetric, i, options);
    if (svd) {
      graded.set(i, svd);
      own.set(svd.values.map((value) => value * value));
      const sigma = symmetric.uneven.get(i)!;
      if (isDiagonal(sigma, 0, n)) {
        for (let k = 0; k < n; k++) own[k] = sigma[k * (n + 1)]!; // exact
        own.sort();
        scaleRange(own, 0, n, -2 * svd.exponent);
      }
      vectors.set(svd.vectors, i * n * n);
      exponents[i] = 2 * svd.exponent;
    } else clipToSupport(operation, symmetric, i, own, options);
    for (let k = 0; k < n; k++) if (own[k]! > 0) ranks[i] = ranks[i]! + 1;
  }
  return { values, vectors, ranks, exponents, graded };
}

/**
 * The decomposition of matrix `index` through its correlation matrix, where it is kept in `uneven` and semidefinite so:
 * each eigenvalue is then as exact as the largest, and which count as zero does not depend on units.
 */
export function gradedSpectrum(
  { uneven, exponents, rows: n, epsilon }: Symmetric,
  index: number,
  rule: SpectrumRule,
): GradedSvd | undefined {
  const sigma = uneven.get(index);
  const standardized = sigma && standardize(sigma, n);
  if (!standardized) return undefined;
  const spectrum = correlationSpectrum(standardized.correlation, n, epsilon, rule);
  return spectrum.negatives > 0 ? undefined : gradedSvd(standardized, spectrum, exponents[index]! / 2);
}

/** What `toSymmetric` is asked to keep aside for `positiveSpectrum`: rank is always read off the correlation matrix. */
export const decidesRank: SpreadOptions = { spread: () => 1 };

/** Sets the eigenvalues that count as zero (ascending `values` of matrix `index`, scaled) to zero, and refuses negative ones. */
export function clipToSupport(
  operation: string,
  symmetric: Symmetric,
  index: number,
  values: Float64Array,
  { rtol, support = supportTolerance }: SpectrumRule,
): void {
  checkTolerance(operation, rtol);
  const { rows: n, epsilon, batchShape, exponents } = symmetric;
  if (n === 0) return;
  const smallest = values[0]!;
  const largest = Math.max(Math.abs(smallest), Math.abs(values[n - 1]!));
  const lowest = (rtol ?? indefiniteTolerance(n, epsilon)) * largest;
  if (smallest < -lowest) {
    const exponent = exponents[index]!;
    throw new LinearAlgebraError(
      `${operation}: ${matrixName(batchShape, index)} is not positive semidefinite: its smallest eigenvalue is ` +
        `${rounded(smallest, exponent, 6)}, and rounding explains none below ${rounded(-lowest, exponent, 2)}. ` +
        `nearestPsd gives the closest matrix that is.`,
    );
  }
  const cut =
    rtol !== undefined ? lowest : isDiagonal(symmetric.data, index * n * n, n) ? 0 : support(n, epsilon) * largest;
  for (let k = 0; k < n; k++) if (values[k]! <= cut) values[k] = 0;
}

export function checkTolerance(operation: string, rtol: number | undefined): void {
  if (rtol !== undefined && !(rtol >= 0 && rtol < 1))
    throw new ValueError(`${operation}: rtol is ${rtol}; give [0, 1).`);
}

function rounded(value: number, exponent: number, digits: number): number {
  return Number(scaleByPower(value, exponent).toPrecision(digits));
}

/** Whether the n × n matrix at `start` has no nonzero entry off the diagonal. */
export function isDiagonal(data: Float64Array, start: number, n: number): boolean {
  for (let row = 1; row < n; row++) {
    for (let column = 0; column < row; column++) if (data[start + row * n + column] !== 0) return false;
  }
  return true;
}
