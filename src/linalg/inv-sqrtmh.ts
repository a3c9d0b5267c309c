import { LinearAlgebraError, checkOptions, rule } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { matrixName, toResult } from './matrices.ts';
import { scaleRange } from './powers-of-two.ts';
import { rebuild } from './products.ts';
import { decidesRank, positiveSpectrum } from './spectrum.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions } from './spectrum-options.ts';
import { toSymmetric } from './symmetric.ts';

/** Options of `invSqrtmh`: whether a singular Σ is inverted on its support. */
export interface InvSqrtmhOptions extends SpectrumOptions {
  /** Invert on the support only, Σ singular or not (the root of the pseudoinverse). Default false: singular Σ is refused. */
  readonly pseudo?: boolean;
}

/**
 * The symmetric inverse root W = Σ^{−1/2} = V Λ^{−1/2} Vᵀ, which whitens: W Σ W = I, or with `pseudo` the projector
 * onto the support of Σ.
 *
 * @param a Σ, shape [...batch, n, n]
 * @throws as `sqrtmh`, and LinearAlgebraError when Σ is singular and `pseudo` is not set
 */
export function invSqrtmh(a: ArrayLikeInput, options: InvSqrtmhOptions = {}): NdArray<FloatDType> {
  checkOptions('invSqrtmh', options, { ...spectrumRules, pseudo: rule.flag });
  const symmetric = toSymmetric('invSqrtmh', a, decidesRank);
  const { rows: n, count, batchShape, dtype } = symmetric;
  const { values, vectors, ranks, exponents } = positiveSpectrum('invSqrtmh', symmetric, options);
  const out = new Float64Array(count * n * n);
  for (let i = 0; i < count; i++) {
    if (ranks[i]! < n && !(options.pseudo ?? false)) {
      throw new LinearAlgebraError(
        `invSqrtmh: ${matrixName(batchShape, i)} is singular: rank ${ranks[i]!} of ${n}. Set pseudo: true to invert on its support.`,
      );
    }
    const own = [i * n * n, (i + 1) * n * n] as const;
    const weights = values.subarray(i * n, (i + 1) * n).map((value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
    rebuild(vectors.subarray(...own), weights, n, out.subarray(...own));
    scaleRange(out, ...own, -exponents[i]! / 2);
  }
  return toResult('invSqrtmh', out, [...batchShape, n, n], dtype);
}
