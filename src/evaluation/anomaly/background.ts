import type { NdArray } from '../../core/index.ts';
import { logGamma } from './log-gamma.ts';

/**
 * A background model p₀: −log p₀(x) of each row of x [batch, n], in nats. The backgrounds here are exchangeable: their
 * entries are independent given a level (and a spread) that each example has of its own, which is integrated out. So they
 * know how light, dark or extreme an example is and nothing else; and having no parameters, they need no fit.
 */
export type Background = (x: NdArray<'float32'>) => Float64Array;

/**
 * Zeros and ones (grey values count as expectations of them): p₀(x) = ∫₀¹ Π πˣⁱ (1 − π)¹⁻ˣⁱ dπ = B(k + 1, n − k + 1) with k = Σ xᵢ, the
 * code that states how many ones there are, then which: log (n + 1) + log (n choose k).
 */
export const bernoulliBackground: Background = (x) =>
  rows(x, (row) => {
    const ones = row.reduce((total, value) => total + value, 0);
    return logGamma(row.length + 2) - logGamma(ones + 1) - logGamma(row.length - ones + 1);
  });

/** The normal–inverse-gamma prior of `gaussianBackground`. */
export interface GaussianBackgroundPrior {
  /** Around which an example's own mean lies. */
  readonly center: number;
  /** The scale of the entries' deviations from it. */
  readonly stddev: number;
}

/**
 * Real numbers: p₀(x) = ∫ Π N(xᵢ | m, s²) p(m, s²), m | s² ~ N(center, s²), s² ~ inverse gamma(½, stddev²/2), which is a
 * multivariate Cauchy distribution with equal correlations. With S = stddev² + Σ (xᵢ − x̄)² + n (x̄ − center)² / (n + 1),
 *
 *   −log p₀ = n/2 log π + ½ log (n + 1) + log Γ(½) − log Γ((n + 1)/2) − ½ log stddev² + (n + 1)/2 log S
 *
 * (Murphy 2007, "Conjugate Bayesian analysis of the Gaussian distribution", eq. 95). It grows by the logarithm of an
 * extreme value, where a normal density falls by its square: far outliers stay far.
 */
export function gaussianBackground({ center, stddev }: GaussianBackgroundPrior): Background {
  return (x) =>
    rows(x, (row) => {
      const n = row.length;
      const mean = row.reduce((total, value) => total + value, 0) / n;
      const squares = row.reduce((total, value) => total + (value - mean) ** 2, 0);
      const scale = stddev ** 2 + squares + (n * (mean - center) ** 2) / (n + 1);
      const normalizer = logGamma(0.5) - logGamma((n + 1) / 2) - Math.log(stddev);
      return 0.5 * (n * Math.log(Math.PI) + Math.log(n + 1) + (n + 1) * Math.log(scale)) + normalizer;
    });
}

function rows(x: NdArray<'float32'>, codeLength: (row: Float32Array) => number): Float64Array {
  const [batch = 0, n = 0] = x.shape;
  return Float64Array.from({ length: batch }, (_, index) => codeLength(x.data.subarray(index * n, (index + 1) * n)));
}
