import { NdArray, ShapeError, checkOptions, formatShape, rule } from '../core/index.ts';
import type { ArrayLikeInput, OnNotice } from '../core/index.ts';
import { createEngine, evaluate } from '../engine/index.ts';
import { MultivariateNormal, confidenceEllipsoid } from '../gaussian/index.ts';
import { keyInput, keyWords } from '../graph/index.ts';
import { checkCovariance, logPseudoDeterminant } from '../linalg/index.ts';
import { foldIn, key } from '../random/index.ts';

/** What there is to know about N(μ, Σ). */
export interface GaussianReport {
  readonly dimension: number;
  /** Dimension of the support. */
  readonly rank: number;
  readonly mean: NdArray;
  /** Marginal standard deviations, [n]. */
  readonly stddev: NdArray;
  /** Σᵢⱼ / (σᵢ σⱼ), [n, n]; NaN where a standard deviation is 0. */
  readonly correlation: NdArray;
  /** In nats; on the support where Σ is singular. */
  readonly entropy: number;
  /** log det Σ; on the support where Σ is singular. */
  readonly logDeterminant: number;
  /** The region that holds a draw with this probability: axes in columns, longest first, and half their lengths. */
  readonly ellipsoid: { readonly probability: number; readonly radii: NdArray; readonly axes: NdArray };
}

export interface GaussianOptions {
  /** Default: zeros. */
  readonly mean?: ArrayLikeInput;
}

/** @throws LinearAlgebraError when Σ is no covariance; ShapeError when the mean does not fit */
export function describeGaussian(
  covariance: ArrayLikeInput,
  options: GaussianOptions & { readonly probability?: number } = {},
): GaussianReport {
  checkOptions('describeGaussian', options, {
    mean: rule.anything,
    probability: rule.number({ above: 0, below: 1 }),
  });
  const { probability = 0.95 } = options;
  const { distribution, sigma } = gaussianOf(covariance, options.mean);
  const { radii, axes } = confidenceEllipsoid(distribution, probability);
  const [n = 0] = sigma.shape;
  const stddev = evaluate(distribution.stddev);
  const scale = (at: number): number => stddev.data[at] ?? 0;
  const correlation = Float64Array.from(sigma.data, (value, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    if (row === column) return scale(row) > 0 ? 1 : NaN;
    return value / (scale(row) * scale(column));
  });
  return {
    dimension: n,
    rank: checkCovariance(sigma).rank.item(),
    mean: evaluate(distribution.mean),
    stddev,
    correlation: new NdArray(correlation, [n, n], 'float64'),
    entropy: evaluate(distribution.entropy()).item(),
    logDeterminant: logPseudoDeterminant(sigma).item(),
    ellipsoid: { probability, radii, axes },
  };
}

/** Draws that one run of the engine makes. */
const drawsPerRun = 8192;

/** Draws from N(μ, Σ), [count, n] in float64; singular Σ is sampled exactly. @throws as `describeGaussian` */
export async function sampleGaussian(
  covariance: ArrayLikeInput,
  options: GaussianOptions & {
    readonly count?: number;
    readonly seed?: number;
    readonly onNotice?: OnNotice | undefined;
  } = {},
): Promise<NdArray<'float64'>> {
  checkOptions('sampleGaussian', options, {
    mean: rule.anything,
    count: rule.whole(1),
    seed: rule.seed,
    onNotice: rule.notice,
  });
  const { count = 1000, seed = 0 } = options;
  const { distribution, sigma } = gaussianOf(covariance, options.mean);
  const [n = 0] = sigma.shape;
  const draws = NdArray.zeros([count, n], 'float64');
  const engine = await createEngine({ onNotice: options.onNotice });
  const program = await engine.compile({ outputs: { z: distribution.sample(keyInput('key'), [drawsPerRun]) } });
  try {
    for (let start = 0; start < count; start += drawsPerRun) {
      const { z } = await program.run({ key: keyWords(foldIn(key(seed), start / drawsPerRun)) });
      const wanted = Math.min(drawsPerRun, count - start) * n;
      draws.data.set(z?.data.subarray(0, wanted) ?? [], start * n);
    }
  } finally {
    await program.dispose();
  }
  return draws;
}

function gaussianOf(covariance: ArrayLikeInput, mean: ArrayLikeInput | undefined) {
  const sigma = NdArray.from(covariance, 'float64');
  const [n] = sigma.shape;
  if (sigma.shape.length !== 2 || n === undefined) {
    throw new ShapeError(`gaussian: expected one covariance [n, n], got shape ${formatShape(sigma.shape)}.`);
  }
  const centre = mean === undefined ? NdArray.zeros([n], 'float64') : NdArray.from(mean, 'float64');
  if (centre.size !== n) {
    throw new ShapeError(
      `gaussian: the covariance is ${formatShape(sigma.shape)}, the mean has ${centre.size} entries.`,
    );
  }
  return { sigma, distribution: MultivariateNormal.fromCovariance(centre.reshape([n]), sigma) };
}
