import { eighBatch } from '../kernels/index.ts';
import { evenExponentOf, powerOfTwo, scaleByPower } from './powers-of-two.ts';
import type { SpectrumRule } from './spectrum-options.ts';
import { indefiniteTolerance, supportTolerance } from './thresholds.ts';

/**
 * Σ = D R D with dᵢ = √Σᵢᵢ: what Σ is in units of its own standard deviations. Rank and acceptance are read off R, so they
 * do not depend on the units of the data. A coordinate of zero variance has a zero row in R.
 */
export interface Standardized {
  /** R, [n, n], ones on the diagonal. */
  readonly correlation: Float64Array<ArrayBuffer>;
  /** dᵢ = stddevs[i] · 2^exponents[i], stddevs in [1, 2) or 0: neither a variance of 1e300 nor one of 1e−300 is lost. */
  readonly stddevs: Float64Array;
  readonly exponents: Int32Array;
}

/** Undefined where a variance is negative, or zero beside covariances that are not. */
export function standardize(sigma: Float64Array<ArrayBuffer>, n: number): Standardized | undefined {
  const correlation = sigma.slice();
  const exponents = new Int32Array(n);
  const stddevs = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const variance = sigma[i * n + i]!;
    if (variance < 0) return undefined;
    exponents[i] = evenExponentOf(variance) / 2;
    stddevs[i] = Math.sqrt(scaleByPower(variance, -2 * exponents[i]!));
    correlation[i * n + i] = variance > 0 ? 1 : 0;
  }
  const powers = Array.from(exponents, (exponent) => powerOfTwo(-exponent));
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const covariance = sigma[i * n + j]!;
      const unit = stddevs[i]! * stddevs[j]!;
      if (unit === 0 && covariance !== 0) return undefined;
      const ratio = unit === 0 ? 0 : (covariance * powers[i]! * powers[j]!) / unit;
      // Beyond ±1 by more than rounding R is indefinite; ±2 says so without overflow.
      correlation[i * n + j] = correlation[j * n + i] = Math.min(2, Math.max(-2, ratio));
    }
  }
  return { correlation, stddevs, exponents };
}

/** R = V diag(values) Vᵀ. */
export interface CorrelationSpectrum {
  /** Ascending, 0 where they do not count, [n]. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Columns, [n, n]. */
  readonly vectors: Float64Array<ArrayBuffer>;
  readonly rank: number;
  /** How many eigenvalues lie further below zero than rounding of R explains: R is indefinite where there are any. */
  readonly negatives: number;
  /** The largest |eigenvalue| that was set to 0. */
  readonly cleared: number;
}

export function correlationSpectrum(
  correlation: Float64Array,
  n: number,
  epsilon: number,
  { rtol, support = supportTolerance }: SpectrumRule,
): CorrelationSpectrum {
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  eighBatch(correlation, n, 1, values, vectors);
  const [smallest = 0, largest = 0] = [values[0], values[n - 1]];
  const floor = rtol === undefined ? indefiniteTolerance(n, epsilon) : rtol * largest;
  const negatives = values.filter((value) => value < -floor).length;
  // Where R is off by more than rounding, positive eigenvalues of that size mean as little as negative ones.
  const cut = Math.max((rtol ?? support(n, epsilon)) * largest, negatives > 0 ? -smallest : 0);
  const rank = values.filter((value) => value > cut).length;
  const cleared = rank < n ? Math.max(-smallest, values[n - 1 - rank]!) : 0;
  values.fill(0, 0, n - rank);
  return { values, vectors, rank, negatives, cleared };
}
