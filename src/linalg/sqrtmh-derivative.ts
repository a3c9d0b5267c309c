import { checkOptions } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { averageWithTranspose, solveSylvester } from './lyapunov.ts';
import type { SylvesterRule } from './lyapunov.ts';
import { toResult, toSquare } from './matrices.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions } from './spectrum-options.ts';
import { workingSupport } from './thresholds.ts';

/**
 * Derivative of the root S = Σ^{1/2} along a direction E, d/dt (Σ + t E)^{1/2} at t = 0: the L with S L + L S = E.
 *
 *   L = V [(Vᵀ E V) ⊘ (√λᵢ + √λⱼ)] Vᵀ
 *
 * Obtained by differentiating S S = Σ (Bhatia, Matrix Analysis, §X.4; Higham, Functions of Matrices, §6.1). Finite at
 * repeated eigenvalues, where differentiating eigh would divide by λᵢ − λⱼ. At singular Σ the root is not differentiable
 * towards new directions; L is the derivative on the support: 0 in the block where both eigenvalues are 0, exact along
 * every curve of constant rank.
 *
 * @param a Σ, shape [...batch, n, n]
 * @param direction E, shape [...batch, n, n]; batch shapes broadcast
 * @throws as `sqrtmh`
 */
export function sqrtmhJvp(
  a: ArrayLikeInput,
  direction: ArrayLikeInput,
  options: SpectrumOptions = {},
): NdArray<FloatDType> {
  checkOptions('sqrtmhJvp', options, spectrumRules);
  return solveSylvester('sqrtmhJvp', a, direction, ruleOfRoot(options));
}

/**
 * Gradient of ⟨cotangent, Σ^{1/2}⟩ with respect to Σ: the same map as `sqrtmhJvp` (it is self-adjoint) applied to the
 * symmetric part of the cotangent, since S is symmetric whatever Σ does. Symmetric to the bit.
 *
 * @param a Σ, shape [...batch, n, n]
 * @param cotangent S̄, shape [...batch, n, n]; batch shapes broadcast
 * @throws as `sqrtmh`
 */
export function sqrtmhVjp(
  a: ArrayLikeInput,
  cotangent: ArrayLikeInput,
  options: SpectrumOptions = {},
): NdArray<FloatDType> {
  checkOptions('sqrtmhVjp', options, spectrumRules);
  const { data, rows: n, count, batchShape, dtype } = toSquare('sqrtmhVjp', cotangent);
  for (let i = 0; i < count; i++) averageWithTranspose(data.subarray(i * n * n, (i + 1) * n * n), n);
  const symmetric = toResult('sqrtmhVjp', data, [...batchShape, n, n], dtype);
  return solveSylvester('sqrtmhVjp', a, symmetric, ruleOfRoot(options));
}

function ruleOfRoot(options: SpectrumOptions): SylvesterRule {
  return { weight: Math.sqrt, degree: 0.5, spectrum: { ...options, support: workingSupport } };
}
