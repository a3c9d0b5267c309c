import { NdArray, ShapeError, checkOptions, checkValue, formatShape, rule } from '../../core/index.ts';
import type { ArrayLikeInput, DType } from '../../core/index.ts';
import { createEngine, evaluate } from '../../engine/index.ts';
import { MultivariateNormal, ScaleTrilRoot, SymmetricRoot, confidenceEllipsoid } from '../../gaussian/index.ts';
import type { CovarianceOptions } from '../../gaussian/index.ts';
import { keyInput, keyWords } from '../../graph/index.ts';
import { cholesky, sqrtmh } from '../../linalg/index.ts';
import { foldIn, key } from '../../random/index.ts';

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

/** Options of `describeGaussian`: its mean, and how the covariance is judged. */
export interface GaussianOptions extends Omit<CovarianceOptions, 'dtype'> {
  /** Default: zeros. */
  readonly mean?: ArrayLikeInput;
}

const ruleOfGaussian = {
  mean: rule.anything,
  nearest: rule.flag,
  tolerance: rule.number({ least: 0, below: 1 }),
  onNotice: rule.notice,
};

/** Which factor of Σ turns noise into draws: D U √Λ (eigen, see `EigenRoot`), S with S S = Σ, or L with L Lᵀ = Σ. */
const drawingRoots = ['eigen', 'symmetric', 'cholesky'] as const;
/** The factor that `sampleGaussian` draws with. */
export type DrawingRoot = (typeof drawingRoots)[number];

/**
 * What a Gaussian given as numbers is: its covariance, correlation, confidence ellipsoid and entropy.
 *
 * @throws LinearAlgebraError when Σ is no covariance; ShapeError when the mean does not fit
 */
export function describeGaussian(
  covariance: ArrayLikeInput,
  options: GaussianOptions & { readonly probability?: number } = {},
): GaussianReport {
  checkOptions('describeGaussian', options, { ...ruleOfGaussian, probability: rule.number({ above: 0, below: 1 }) });
  const { probability = 0.95, ...taken } = options;
  const distribution = gaussianOf(covariance, taken);
  const { radii, axes } = confidenceEllipsoid(distribution, probability);
  const n = distribution.size;
  const sigma = evaluate(distribution.covariance);
  const stddev = evaluate(distribution.stddev);
  const scale = (at: number): number => stddev.data[at] ?? 0;
  const correlation = Float64Array.from(sigma.data, (value, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    if (row === column) return scale(row) > 0 ? 1 : NaN;
    return value / scale(row) / scale(column);
  });
  return {
    dimension: n,
    rank: distribution.rank as number,
    mean: evaluate(distribution.mean),
    stddev,
    correlation: new NdArray(correlation, [n, n], 'float64'),
    entropy: evaluate(distribution.entropy()).item(),
    logDeterminant: 2 * evaluate(distribution.root.logAbsDet()).item(),
    ellipsoid: { probability, radii, axes },
  };
}

/** Numbers in one array: 8 GiB of them. */
const mostNumbers = 2 ** 30;
/** Draws that one run of the engine makes. */
const drawsPerRun = 8192;

/**
 * Draws from N(μ, Σ), [count, n] in float64; singular Σ is sampled exactly. The same seed gives the same noise whatever Σ and
 * the root are: common random numbers.
 * @throws as `describeGaussian`; LinearAlgebraError for the Cholesky factor of a singular Σ
 */
export async function sampleGaussian(
  covariance: ArrayLikeInput,
  options: GaussianOptions & { readonly count?: number; readonly seed?: number; readonly root?: DrawingRoot } = {},
): Promise<NdArray<'float64'>> {
  checkOptions('sampleGaussian', options, {
    ...ruleOfGaussian,
    count: rule.whole(1),
    seed: rule.seed,
    root: rule.oneOf(drawingRoots),
  });
  const { count = 1000, seed = 0, root = 'eigen', ...taken } = options;
  const distribution = drawnBy(root, gaussianOf(covariance, taken));
  const n = distribution.size;
  checkValue('sampleGaussian: count', count, rule.whole(1, Math.floor(mostNumbers / n)));
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

function gaussianOf(covariance: ArrayLikeInput, { mean, ...options }: GaussianOptions): MultivariateNormal {
  const sigma = NdArray.from<DType>(covariance, covariance instanceof NdArray ? undefined : 'float64');
  const [n] = sigma.shape;
  if (sigma.shape.length !== 2 || n === undefined) {
    throw new ShapeError(`gaussian: expected one covariance [n, n], got shape ${formatShape(sigma.shape)}.`);
  }
  const center = mean === undefined ? NdArray.zeros([n], 'float64') : NdArray.from(mean, 'float64');
  if (center.size !== n) {
    throw new ShapeError(
      `gaussian: the covariance is ${formatShape(sigma.shape)}, the mean has ${center.size} entries.`,
    );
  }
  return MultivariateNormal.fromCovariance(center.reshape([n]), sigma, { ...options, dtype: 'float64' });
}

/** The same distribution behind another root. */
function drawnBy(root: DrawingRoot, distribution: MultivariateNormal): MultivariateNormal {
  if (root === 'eigen') return distribution;
  const sigma = evaluate(distribution.covariance);
  const other =
    root === 'symmetric' ? SymmetricRoot.fromMatrix(sqrtmh(sigma)) : ScaleTrilRoot.fromScaleTril(cholesky(sigma));
  return MultivariateNormal.fromRoot(distribution.location, other);
}
