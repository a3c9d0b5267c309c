import type { MixedBlock } from '../../models/index.ts';
import { logGamma } from './log-gamma.ts';

/**
 * A background model p₀: −log p₀(x) of one example, in nats. The backgrounds here are exchangeable: their entries are
 * independent given a level (and a spread) that each example has of its own, which is integrated out. So they know how light,
 * dark or extreme an example is and nothing else; and having no parameters, they need no fit.
 */
export type Background = (example: ArrayLike<number>) => number;

function sumOf(values: ArrayLike<number>, f: (value: number) => number = (value) => value): number {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += f(values[k]!);
  return total;
}

/**
 * Zeros and ones (grey values count as expectations of them): p₀(x) = ∫₀¹ Π πˣⁱ (1 − π)¹⁻ˣⁱ dπ = B(k + 1, n − k + 1) with k = Σ xᵢ, the
 * code that states how many ones there are, then which: log (n + 1) + log (n choose k).
 */
export const bernoulliBackground: Background = (example) => {
  const ones = sumOf(example);
  return logGamma(example.length + 2) - logGamma(ones + 1) - logGamma(example.length - ones + 1);
};

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
  return (example) => {
    const n = example.length;
    if (n === 0) return 0;
    const mean = sumOf(example) / n;
    const squares = sumOf(example, (value) => (value - mean) ** 2);
    const scale = stddev ** 2 + squares + (n * (mean - center) ** 2) / (n + 1);
    const normalizer = logGamma(0.5) - logGamma((n + 1) / 2) - Math.log(stddev);
    return 0.5 * (n * Math.log(Math.PI) + Math.log(n + 1) + (n + 1) * Math.log(scale)) + normalizer;
  };
}

/** Counts: p₀(x) = ∫ Π Poisson(xᵢ | λ) e^−λ dλ = S! / ((n + 1)^(S + 1) Π xᵢ!) with S = Σ xᵢ. */
export const poissonBackground: Background = (example) => {
  const total = sumOf(example);
  const factorials = sumOf(example, (count) => logGamma(count + 1));
  return (total + 1) * Math.log(example.length + 1) + factorials - logGamma(total + 1);
};

/** Choices among `classes` of one-hot vectors, all alike: log K for each vector that is not all zeros (a missing one). */
export function categoricalBackground(classes: number): Background {
  return (example) => sumOf(example) * Math.log(classes);
}

/**
 * Rows of a table: their standardised numbers under `gaussianBackground`, their zeros and ones under `bernoulliBackground`,
 * their choices under `categoricalBackground`. Which values are missing, where some can be, are zeros and ones too.
 */
export function mixedBackground(blocks: readonly MixedBlock[]): Background {
  const numbers = gaussianBackground({ center: 0, stddev: 1 });
  return (example) => {
    const known = blocks.filter(({ missing }) => missing === undefined || example[missing] !== 1);
    const of = (kind: MixedBlock['kind']): number[] =>
      known.filter((block) => block.kind === kind).map(({ offset }) => example[offset]!);
    const choices = known.filter(({ kind }) => kind === 'categorical' || kind === 'ordinal');
    const choiceCost = choices.reduce((total, { width }) => total + Math.log(width), 0);
    const flags = blocks.flatMap(({ missing }) => (missing === undefined ? [] : [example[missing]!]));
    return numbers(of('numeric')) + bernoulliBackground(of('boolean')) + bernoulliBackground(flags) + choiceCost;
  };
}
