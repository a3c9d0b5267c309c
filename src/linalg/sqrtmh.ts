import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { positiveRootBatch } from '../kernels/index.ts';
import { toResult } from './matrices.ts';
import { scaleRange } from './scaling.ts';
import { clipToSupport, isDiagonal, positiveSpectrum } from './spectrum.ts';
import type { SpectrumOptions, SpectrumRule } from './spectrum.ts';
import { toSymmetric } from './symmetric.ts';
import type { Symmetric } from './symmetric.ts';
import { polishFloor, workingSupport } from './thresholds.ts';
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
 * @param a Σ, shape [...batch, n, n]
 * @returns S, shape [...batch, n, n]; float32 in (computed in float64), float32 out
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError (not symmetric, indefinite)
 *
 * @example
 * sqrtmh([[2, 1], [1, 2]]).toNested() // [[1.366…, 0.366…], [0.366…, 1.366…]]
 */
export function sqrtmh(a: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  const symmetric = toSymmetric('sqrtmh', a);
  const { rows: n, count, exponents, batchShape, dtype } = symmetric;
  const find = n === 1 ? roots1 : n === 2 ? roots2 : rootsN;
  const roots = find(symmetric, { ...options, support: workingSupport });
  for (let i = 0; i < count; i++) scaleRange(roots, i * n * n, (i + 1) * n * n, exponents[i]! / 2);
  return toResult('sqrtmh', roots, [...batchShape, n, n], dtype);
}

type Roots = Float64Array<ArrayBuffer>;

function roots1(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, count } = symmetric;
  for (let i = 0; i < count; i++) clipToSupport('sqrtmh', symmetric, i, data.subarray(i, i + 1), rule);
  return data.map(Math.sqrt);
}

function roots2(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, count } = symmetric;
  const out = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const matrix = { a: data[4 * i]!, b: data[4 * i + 1]!, d: data[4 * i + 3]! };
    const [smallest, largest] = eigenvalues2(matrix);
    const values = Float64Array.of(smallest, largest);
    clipToSupport('sqrtmh', symmetric, i, values, rule);
    const { a, b, d } = root2(matrix, { smallest, largest, singular: values[0] === 0 });
    out.set([a, b, b, d], 4 * i);
  }
  return out;
}

function rootsN(symmetric: Symmetric, rule: SpectrumRule): Roots {
  const { data, rows: n, count } = symmetric;
  const { values, vectors } = positiveSpectrum('sqrtmh', symmetric, rule);
  const roots = new Float64Array(count * n * n);
  positiveRootBatch(data, n, count, { values, vectors, floor: polishFloor, roots });
  for (let i = 0; i < count; i++) {
    if (!isDiagonal(symmetric, i)) continue; // else: exact
    for (let at = i * n * n; at < (i + 1) * n * n; at += n + 1) roots[at] = Math.sqrt(Math.max(data[at]!, 0));
  }
  return roots;
}
