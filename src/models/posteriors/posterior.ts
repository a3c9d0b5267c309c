import type { CovarianceRoot, Distribution, SampleAndLogProb } from '../../gaussian/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import type { LayerContext, ParameterSpec, Parameters } from '../../nn/index.ts';
import type { Part, PartOptions, ValuesOf } from '../../parts/index.ts';
import type { Capability } from '../capabilities.ts';

/** Which codes of a book z is made of (`codes`). */
export interface CodeChoice {
  /** What the encoder said, [...batch, positions, size]. */
  readonly encoded: Tensor;
  /** The codes nearest to it, as `encoded`; no gradient goes to them. */
  readonly quantized: Tensor;
  /** 1 at the code of each position and 0 elsewhere, [...batch, positions, K]. */
  readonly assignment: Tensor;
}

/**
 * q(z|x): draws are a differentiable function of noise, z = f(ε; x), ε ~ N(0, I). What else there is (`Capability`) the row
 * says: most have the log densities of their draws, Gaussians all of it, and one that puts all its mass on a point (`PointMass`)
 * has no density at all.
 */
export interface PosteriorDistribution extends Distribution {
  /** Numbers of noise that one draw takes; 0 where z is a function of x alone. */
  readonly noiseSize: number;
  /**
   * ε [..., ...batch, noiseSize] → z [..., ...batch, latent] and log q(z|x) [..., ...batch]; batch axes of size 1 broadcast to those of ε.
   * Without `logProbOfDraw` there is `value` alone: whoever reads `logProb` gets a CapabilityError.
   */
  fromNoise(epsilon: Tensor): SampleAndLogProb;
  /** log q(zᵢ|x) of each coordinate by itself, [..., latent] (`marginalLogProb`). */
  marginalLogProb?(z: TensorLike): Tensor;
  /** The codes that z is made of (`codes`). */
  readonly codes?: CodeChoice | undefined;
  /** Σ^{1/2} (`root`). */
  readonly root?: CovarianceRoot | undefined;
  /** Σ, [...batch, latent, latent] (`root`). */
  readonly covariance?: Tensor | undefined;
}

/**
 * How q(z|x) is read off the encoder's features. Valid by construction (variances positive and bounded, covariances positive
 * definite), so that no step needs a check, a decomposition or jitter.
 */
export interface Posterior {
  readonly parameters: readonly ParameterSpec[];
  /**
   * features [..., featureSize] → q with batch shape [...] and event shape [latent]
   *
   * @param context default: evaluation; in training new values of its state go there, as layers put theirs
   */
  apply(parameters: Parameters, features: Tensor, context?: LayerContext): PosteriorDistribution;
  /** Of a posterior with codes: the book that they are of. */
  readonly book?: CodeBook;
}

/** The vectors that codes are made of. */
export interface CodeBook {
  /** How many there are. */
  readonly codes: number;
  /** How many of them make a z, one behind the other. */
  readonly positions: number;
  /** [codes, latent / positions] */
  vectors(parameters: Parameters): Tensor;
}

/** The sizes that a posterior is built for. */
export interface PosteriorSizes {
  /** Numbers that the encoder gives. */
  readonly featureSize: number;
  readonly latent: number;
}

/** A row of the table of posteriors. */
export interface PosteriorRow<N extends string = string, O extends PartOptions = PartOptions> extends Part<
  'posterior',
  N,
  O
> {
  readonly capabilities: readonly Capability[];
  build(options: ValuesOf<O>, sizes: PosteriorSizes): Posterior;
}

/** A posterior of one's own as a row of the table: its name, capabilities, options and `build`. Give it to `train` and `load` as one of `parts`. */
export function definePosterior<const N extends string, const O extends PartOptions>(
  row: Omit<PosteriorRow<N, O>, 'kind'>,
): PosteriorRow<N, O> {
  return { kind: 'posterior', ...row };
}

/**
 * Log-variances beyond ±10 bend towards ±14: standard deviations stay within e^±7, three orders of magnitude past
 * what a trained posterior shows, and no gradient explodes or vanishes for good.
 */
export const logVarianceBounds = { soft: 10, hard: 14 } as const;
