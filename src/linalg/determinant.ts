import { NdArray, typedArrayFrom, checkOptions } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { factorize } from './cholesky.ts';
import { factorizeLu } from './lu.ts';
import { toResult, toSquare } from './matrices.ts';
import { scaleByPower } from './powers-of-two.ts';
import { decidesRank, positiveSpectrum } from './spectrum.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions } from './spectrum-options.ts';
import { toSymmetric } from './symmetric.ts';
import { safeSpread } from './thresholds.ts';

/**
 * log det Σ = 2 Σᵢ log Lᵢᵢ of symmetric positive definite Σ, in nats.
 *
 * @param a Σ, shape [...batch, n, n]
 * @returns shape [...batch]
 * @throws as `cholesky`; for singular Σ see `logPseudoDeterminant`
 */
export function logDet(a: ArrayLikeInput): NdArray<FloatDType> {
  const symmetric = toSymmetric('logDet', a, { spread: () => safeSpread });
  const { rows: n, count, batchShape, dtype } = symmetric;
  const factors = factorize('logDet', symmetric);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < n; k++) out[i] = out[i]! + 2 * Math.log(factors[i * n * n + k * n + k]!);
  }
  return toResult('logDet', out, batchShape, dtype);
}

/** det A = sign · exp(logAbs). */
export interface SignedLogDeterminant {
  /** −1, 0 or 1, shape [...batch]. */
  readonly sign: NdArray<FloatDType>;
  /** In nats, shape [...batch]; −Infinity where the sign is 0, as in numpy. */
  readonly logAbs: NdArray<FloatDType>;
}

/**
 * Sign and log-magnitude of the determinant of any square matrix, by LU with partial pivoting.
 *
 * @param a shape [...batch, n, n]
 * @throws ShapeError, NumericalError (NaN, infinity in A)
 */
export function slogdet(a: ArrayLikeInput): SignedLogDeterminant {
  const { data, rows: n, count, batchShape, dtype } = toSquare('slogdet', a);
  const sign = new Float64Array(count);
  const logAbs = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const { lu, parity, exponents } = factorizeLu(data.subarray(i * n * n, (i + 1) * n * n), n);
    let own: number = parity;
    let log = exponents.reduce((sum, exponent) => sum + exponent, 0) * Math.LN2;
    for (let k = 0; k < n; k++) {
      own *= Math.sign(lu[k * n + k]!);
      log += Math.log(Math.abs(lu[k * n + k]!));
    }
    sign[i] = own === 0 ? 0 : own; // never −0
    logAbs[i] = own === 0 ? -Infinity : log;
  }
  return {
    sign: toResult('slogdet', sign, batchShape, dtype),
    logAbs: new NdArray<FloatDType>(typedArrayFrom(dtype, logAbs), batchShape, dtype),
  };
}

/**
 * log of the product of the eigenvalues on the support of Σ, in nats: the log-determinant that the density of a singular
 * Gaussian needs. 0 for Σ = 0 (an empty product).
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive semidefinite
 * @returns shape [...batch]
 * @throws as `sqrtmh`
 */
export function logPseudoDeterminant(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  checkOptions('logPseudoDeterminant', options, spectrumRules);
  const symmetric = toSymmetric('logPseudoDeterminant', a, decidesRank);
  const { rows: n, count, batchShape, dtype } = symmetric;
  const { values, ranks, exponents } = positiveSpectrum('logPseudoDeterminant', symmetric, options);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let log = ranks[i]! * exponents[i]! * Math.LN2;
    for (let k = n - ranks[i]!; k < n; k++) log += Math.log(values[i * n + k]!);
    out[i] = log;
  }
  return toResult('logPseudoDeterminant', out, batchShape, dtype);
}

/**
 * The product of the eigenvalues on the support of Σ; 1 for Σ = 0. Large n overflows: prefer `logPseudoDeterminant`.
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive semidefinite
 * @returns shape [...batch]
 * @throws as `sqrtmh`, and NumericalError on overflow
 */
export function pseudoDeterminant(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  checkOptions('pseudoDeterminant', options, spectrumRules);
  const symmetric = toSymmetric('pseudoDeterminant', a, decidesRank);
  const { rows: n, count, batchShape, dtype } = symmetric;
  const { values, ranks, exponents } = positiveSpectrum('pseudoDeterminant', symmetric, options);
  const out = new Float64Array(count).fill(1);
  for (let i = 0; i < count; i++) {
    for (let k = n - ranks[i]!; k < n; k++) out[i] = out[i]! * scaleByPower(values[i * n + k]!, exponents[i]!);
  }
  return toResult('pseudoDeterminant', out, batchShape, dtype);
}

/**
 * How many eigenvalues of Σ do not count as zero (thresholds.ts).
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive semidefinite
 * @returns int32, shape [...batch]
 * @throws as `sqrtmh`
 */
export function rank(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<'int32'> {
  checkOptions('rank', options, spectrumRules);
  const symmetric = toSymmetric('rank', a, decidesRank);
  return new NdArray(positiveSpectrum('rank', symmetric, options).ranks, symmetric.batchShape, 'int32');
}

/**
 * The 2-norm condition number λmax / λmin of Σ; Infinity when Σ is singular (its rank is below n), 1 for n = 0.
 *
 * @param a Σ, shape [...batch, n, n], symmetric positive semidefinite
 * @returns shape [...batch]
 * @throws as `sqrtmh`
 */
export function condition(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  checkOptions('condition', options, spectrumRules);
  const symmetric = toSymmetric('condition', a, decidesRank);
  const { rows: n, count, batchShape, dtype } = symmetric;
  const { values, ranks } = positiveSpectrum('condition', symmetric, options);
  const out = new Float64Array(count).fill(1);
  for (let i = 0; i < count && n > 0; i++) {
    out[i] = ranks[i] === n ? values[i * n + n - 1]! / values[i * n]! : Infinity;
  }
  return new NdArray<FloatDType>(typedArrayFrom(dtype, out), batchShape, dtype);
}
