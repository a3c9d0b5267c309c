import { NdArray, epsilonOf } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { eighBatch } from '../kernels/index.ts';
import { gradedSvd } from './graded-svd.ts';
import { matrixName, toResult } from './matrices.ts';
import { scaleByPower } from './powers-of-two.ts';
import { rebuild } from './products.ts';
import { checkTolerance, clipToSupport } from './spectrum.ts';
import type { SpectrumOptions } from './spectrum-options.ts';
import { correlationSpectrum, standardize } from './standardize.ts';
import type { CorrelationSpectrum, Standardized } from './standardize.ts';
import { toSymmetric } from './symmetric.ts';
import type { Symmetric } from './symmetric.ts';
import { indefiniteTolerance } from './thresholds.ts';

/**
 * A factor of covariances in any units: Σ = F Fᵀ with F = diag(stddevs) V √Λ, where V Λ Vᵀ is the correlation matrix. The
 * variances of F are Σᵢᵢ, whatever the others are; x → D x changes `stddevs` alone.
 */
export interface CovarianceFactor {
  /** Σ as it is taken: as given, but for what `notices` say. Symmetric to the bit, [...batch, n, n]. */
  readonly covariance: NdArray<FloatDType>;
  /** √Σᵢᵢ, [...batch, n]. */
  readonly stddevs: NdArray<FloatDType>;
  /** Λ: eigenvalues of the correlation matrix, ascending, exactly 0 outside the support, [...batch, n]. */
  readonly values: NdArray<FloatDType>;
  /** V: orthonormal columns, [...batch, n, n]. */
  readonly vectors: NdArray<FloatDType>;
  /** Dimension of the support, [...batch]. */
  readonly rank: NdArray<'int32'>;
  /** ½ log det BᵀB, B the columns of F that are not zero; ½ log det Σ where Σ is regular. [...batch], nats. */
  readonly logVolume: NdArray<FloatDType>;
  /** One sentence for each matrix that is not taken quite as given. */
  readonly notices: readonly string[];
}

/** Options of `factorCovariance`: the element type, and which eigenvalues count as zero. */
export interface FactorOptions extends SpectrumOptions {
  /** Element type of the result. Default: the input's, by whose rounding Σ is judged in any case. */
  readonly dtype?: FloatDType;
}

/**
 * Factors Σ = D R D, D = diag(√Σᵢᵢ). Rank and acceptance are decided on R. Where R is indefinite although Σ is semidefinite
 * up to rounding of its largest eigenvalue (second moments, posteriors of Gaussian processes), variances that are negative, or
 * no larger than that rounding and to blame, count as 0; correlations that are beyond their bounds otherwise move to them.
 *
 * @param a Σ, [...batch, n, n], symmetric positive semidefinite
 * @throws as `checkCovariance`
 */
export function factorCovariance(a: ArrayLikeInput, options: FactorOptions = {}): CovarianceFactor {
  const operation = 'factorCovariance';
  checkTolerance(operation, options.rtol);
  const symmetric = toSymmetric(operation, a, { spread: () => 0 });
  const { rows: n, count, batchShape } = symmetric;
  const { dtype = symmetric.dtype } = options;
  const [covariances, vectors] = [new Float64Array(count * n * n), new Float64Array(count * n * n)];
  const [stddevs, values, volumes] = [
    new Float64Array(count * n),
    new Float64Array(count * n),
    new Float64Array(count),
  ];
  const ranks = new Int32Array(count);
  const notices: string[] = [];
  for (let i = 0; i < count; i++) {
    const { sigma, standardized, spectrum, notice } = settle(operation, symmetric, i, options);
    if (notice) notices.push(batchShape.length > 0 ? `${matrixName(batchShape, i)}: ${notice}` : notice);
    covariances.set(sigma, i * n * n);
    vectors.set(spectrum.vectors, i * n * n);
    values.set(spectrum.values, i * n);
    for (let k = 0; k < n; k++) stddevs[i * n + k] = Math.sqrt(sigma[k * (n + 1)]!);
    ranks[i] = spectrum.rank;
    volumes[i] = logVolume(standardized, spectrum);
  }
  const result = (data: Float64Array<ArrayBuffer>, ...shape: number[]): NdArray<FloatDType> =>
    toResult(operation, data, [...batchShape, ...shape], dtype);
  return {
    covariance: result(covariances, n, n),
    stddevs: result(stddevs, n),
    values: result(values, n),
    vectors: result(vectors, n, n),
    rank: new NdArray(ranks, batchShape, 'int32'),
    logVolume: result(volumes),
    notices,
  };
}

/** ½ log det BᵀB of B = D V √Λ without its zero columns. */
export function logVolume(standardized: Standardized, spectrum: CorrelationSpectrum): number {
  const { stddevs, exponents } = standardized;
  const n = stddevs.length;
  const log = (sizes: Float64Array, exponent = 0): number =>
    sizes.reduce((sum, size) => (size > 0 ? sum + Math.log(size) + exponent * Math.LN2 : sum), 0);
  if (spectrum.rank < n) {
    const { values, exponent } = gradedSvd(standardized, spectrum);
    return log(values, exponent);
  }
  return log(stddevs) + exponents.reduce((sum, exponent) => sum + exponent, 0) * Math.LN2 + log(spectrum.values) / 2;
}

interface Settled {
  readonly sigma: Float64Array<ArrayBuffer>;
  readonly standardized: Standardized;
  readonly spectrum: CorrelationSpectrum;
  readonly notice?: string;
}

function settle(operation: string, symmetric: Symmetric, index: number, options: FactorOptions): Settled {
  const { rows: n, epsilon, uneven } = symmetric;
  const given = uneven.get(index)!;
  const decompose = (sigma: Float64Array<ArrayBuffer>): Settled | undefined => {
    const standardized = standardize(sigma, n);
    return standardized && { sigma, standardized, spectrum: correlationSpectrum(standardized.correlation, n, epsilon, options) }; // prettier-ignore
  };
  const found = decompose(given);
  if (found?.spectrum.negatives === 0) {
    // In a finer type than its own Σ must be semidefinite by the finer rounding.
    const isRefined = epsilonOf[options.dtype ?? symmetric.dtype] < epsilon && found.spectrum.rank < n;
    return isRefined ? withinBounds(found, decompose).settled : found;
  }

  const noise = roundingOf(operation, symmetric, index, options);
  const sigma = given.slice();
  const zeroed: number[] = [];
  const drop = (k: number): void => {
    zeroed.push(k);
    for (let j = 0; j < n; j++) sigma[k * n + j] = sigma[j * n + k] = 0;
  };
  for (let k = 0; k < n; k++) {
    const variance = given[k * (n + 1)]!;
    if (variance < 0 || (variance === 0 && sigma.subarray(k * n, (k + 1) * n).some((x) => x !== 0))) drop(k);
  }
  let settled = decompose(sigma)!;
  while (settled.spectrum.negatives > 0) {
    const culprits = blamed(settled, n, noise);
    if (culprits.size === 0) {
      const bounded = withinBounds(settled, decompose);
      const moved = `correlations moved by up to ${Number(bounded.by.toPrecision(2))}, to where they are possible`;
      return { ...bounded.settled, notice: [...describe(given, zeroed, n), moved].join('; ') };
    }
    culprits.forEach(drop);
    settled = decompose(sigma)!;
  }
  return { ...settled, notice: describe(given, zeroed, n).join('; ') };
}

/** How far rounding moves eigenvalues of Σ. @throws LinearAlgebraError when one is further below zero */
function roundingOf(operation: string, symmetric: Symmetric, index: number, { rtol }: SpectrumOptions): number {
  const { data, rows: n, epsilon, exponents } = symmetric;
  const values = new Float64Array(n);
  eighBatch(data.subarray(index * n * n, (index + 1) * n * n), n, 1, values, new Float64Array(n * n));
  const largest = values[n - 1]!;
  clipToSupport(operation, symmetric, index, values, { ...(rtol !== undefined && { rtol }) });
  return scaleByPower((rtol ?? indefiniteTolerance(n, epsilon)) * largest, exponents[index]!);
}

/** For each direction in which R is negative, the coordinate of a rounding-sized variance that has most part in it. */
function blamed({ sigma, spectrum: { vectors, negatives } }: Settled, n: number, noise: number): Set<number> {
  const culprits = new Set<number>();
  for (let k = 0; k < negatives; k++) {
    let [worst, most] = [-1, 1 / (4 * n)];
    for (let i = 0; i < n; i++) {
      const part = vectors[i * n + k]! ** 2;
      if (sigma[i * (n + 1)]! <= noise && part > most) [worst, most] = [i, part];
    }
    if (worst >= 0) culprits.add(worst);
  }
  return culprits;
}

/** R without its negative part, with ones on the diagonal again: variances stay. */
function withinBounds(
  { sigma, standardized: { correlation }, spectrum: { values, vectors } }: Settled,
  decompose: (sigma: Float64Array<ArrayBuffer>) => Settled | undefined,
): { readonly settled: Settled; readonly by: number } {
  const n = values.length;
  const bounded = new Float64Array(n * n);
  rebuild(vectors, values, n, bounded);
  const moved = sigma.slice();
  let by = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const unit = Math.sqrt(bounded[i * (n + 1)]! * bounded[j * (n + 1)]!);
      const ratio = unit === 0 ? 0 : bounded[i * n + j]! / unit;
      by = Math.max(by, Math.abs(ratio - correlation[i * n + j]!));
      moved[i * n + j] = moved[j * n + i] = ratio * Math.sqrt(sigma[i * (n + 1)]!) * Math.sqrt(sigma[j * (n + 1)]!);
    }
  }
  return { settled: decompose(moved)!, by };
}

function describe(given: Float64Array, zeroed: readonly number[], n: number): string[] {
  if (zeroed.length === 0) return [];
  const shown = [...zeroed].sort((i, j) => i - j).slice(0, 4);
  const list = shown.map((k) => `${k} (${Number(given[k * (n + 1)]!.toPrecision(3))})`).join(', ');
  const more = zeroed.length > shown.length ? ` and ${zeroed.length - shown.length} more` : '';
  return [
    `the variance of coordinate ${list}${more} counts as 0: beside the largest it is rounding, or within the tolerance given`,
  ];
}
