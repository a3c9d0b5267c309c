import { checkOptions } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { positiveRootBatch } from '../kernels/index.ts';
import { toResult } from './matrices.ts';
import type { GradedSvd } from './graded-svd.ts';
import { scaleRange } from './powers-of-two.ts';
import { rebuild } from './products.ts';
import { clipToSupport, gradedSpectrum, isDiagonal, positiveSpectrum } from './spectrum.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions, SpectrumRule } from './spectrum-options.ts';
import { toSymmetric } from './symmetric.ts';
import type { Symmetric } from './symmetric.ts';
import { evenSpread, gradedFloor, polishFloor, workingSupport } from './thresholds.ts';
import { eigenvalues2, root2 } from './two-by-two.ts';

/**
 * The symmetric positive semidefinite root of a covariance: the one matrix S ⪰ 0 with S S = Σ.
 *
 *   S = V √Λ Vᵀ
 *
 * n = 1 and n = 2 in closed form, otherwise through `eigh` and one Newton step. Each matrix is scaled by a power of four
 * first, so 1e±150 is as exact as 1. S is symmetric to the bit. Singular Σ is legal; eigenvalues that count as zero
 * (thresholds.ts) give exact zeros. ‖S S − Σ‖ is a few ε ‖Σ‖; the error of S itself is up to about ε ‖Σ‖ / √λmin, as for any method.
 *
 * Where variances differ by more than `evenSpread`, V and Λ come from the correlation matrix R and the standard deviations
 * (`gradedSvd`), so that |S S − Σ|ᵢⱼ is at most 8 n ε √(Σᵢᵢ Σⱼⱼ) for a well-conditioned R, however the units differ.
 *
 * @param a Σ, shape [...batch, n, n]
 * @returns S, shape [...batch, n, n]; float32 in (computed in float64), float32 out
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError (not symmetric, indefinite)
 *
 * @example
 * sqrtmh([[2, 1], [1, 2]]).toNested() // [[1.366…, 0.366…], [0.366…, 1.366…]]
 */
export function sqrtmh(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  checkOptions('sqrtmh', options, spectrumRules);
  const symmetric = toSymmetric('sqrtmh', a, { spread: evenSpread });
  const { rows: n, count, batchShape, dtype } = symmetric;
  const find = n === 1 ? roots1 : n === 2 ? roots2 : rootsN;
  const { roots, graded } = find(symmetric, { ...options, support: workingSupport });
  for (let i = 0; i < count; i++) {
    const svd = graded?.get(i);
    const own = roots.subarray(i * n * n, (i + 1) * n * n);
    if (svd) rootOf(symmetric, i, svd, own);
    scaleRange(own, 0, n * n, svd ? svd.exponent : symmetric.exponents[i]! / 2);
  }
  return toResult('sqrtmh', roots, [...batchShape, n, n], dtype);
}

/**
 * U diag(s) Uᵀ. One Newton step over the largest directions, where most of ‖S S − Σ‖ lies, leaves the small entries as they
 * are; where variances are hundreds of orders apart, few directions are large, and there is nothing to gain by it.
 */
function rootOf({ data, exponents, rows: n }: Symmetric, index: number, svd: GradedSvd, root: Float64Array): void {
  const { values, vectors, exponent } = svd;
  const a = data.subarray(index * n * n, (index + 1) * n * n);
  if (2 * exponent !== exponents[index]) rebuild(vectors, values, n, root);
  else if (isDiagonal(a, 0, n)) for (let at = 0; at < n * n; at += n + 1) root[at] = Math.sqrt(a[at]!);
  else positiveRootBatch(a, n, 1, { values: values.map((value) => value * value), vectors, floor: gradedFloor, roots: root }); // prettier-ignore
}

interface Roots {
  readonly roots: Float64Array<ArrayBuffer>;
  /** Of the matrices whose root is still to be made from it. */
  readonly graded?: ReadonlyMap<number, GradedSvd>;
}

function roots1(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, count } = symmetric;
  for (let i = 0; i < count; i++) clipToSupport('sqrtmh', symmetric, i, data.subarray(i, i + 1), rule);
  return { roots: data.map(Math.sqrt) };
}

function roots2(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, count } = symmetric;
  const roots = new Float64Array(4 * count);
  const graded = new Map<number, GradedSvd>();
  for (let i = 0; i < count; i++) {
    const svd = gradedSpectrum(symmetric, i, rule);
    if (svd) {
      graded.set(i, svd);
      continue;
    }
    const matrix = { a: data[4 * i]!, b: data[4 * i + 1]!, d: data[4 * i + 3]! };
    const [smallest, largest] = eigenvalues2(matrix);
    const values = Float64Array.of(smallest, largest);
    clipToSupport('sqrtmh', symmetric, i, values, rule);
    const { a, b, d } = root2(matrix, { smallest, largest, singular: values[0] === 0 });
    roots.set([a, b, b, d], 4 * i);
  }
  return { roots, graded };
}

function rootsN(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, rows: n, count } = symmetric;
  const { values, vectors, graded } = positiveSpectrum('sqrtmh', symmetric, rule);
  const roots = new Float64Array(count * n * n);
  positiveRootBatch(data, n, count, { values, vectors, floor: polishFloor, roots });
  for (let i = 0; i < count; i++) {
    if (!isDiagonal(data, i * n * n, n)) continue; // else: exact
    for (let at = i * n * n; at < (i + 1) * n * n; at += n + 1) roots[at] = Math.sqrt(Math.max(data[at]!, 0));
  }
  return { roots, graded };
}
