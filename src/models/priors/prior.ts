import type { FloatDType, NdArray } from '../../core/index.ts';
import type { Distribution } from '../../gaussian/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import type { ParameterSpec, Parameters } from '../../nn/index.ts';
import type { Part, PartOptions, ValuesOf } from '../../parts/index.ts';
import type { Key } from '../../random/index.ts';
import type { Capability } from '../capabilities.ts';
import type { CodeBook, PosteriorDistribution } from '../posteriors/posterior.ts';

/** What a prior may ask of the model that it belongs to. */
export interface PriorContext {
  /** q(z|x) of any x [..., inputSize], as in evaluation: the prior is a function of the parameters alone. */
  encode(x: Tensor): PosteriorDistribution;
  /** c of a model with a condition, [..., conditionSize]; its batch axes are those of p(z|c), where the prior looks at it. */
  readonly condition?: Tensor;
}

/** Values of parameters by their full names. */
export type FittedParameters = Readonly<Record<string, NdArray<'float32'>>>;

/** Begins every name of a prior's parameters. */
export const priorPrefix = 'prior.';

/** p(z), or p(z|c): a density over latent vectors, which may have parameters of its own. */
export interface Prior {
  /** By full names, which begin with `prior.` */
  readonly parameters: readonly ParameterSpec[];
  /** What it needs of the posterior, where it asks the context for one. Default: nothing. */
  readonly needs?: readonly Capability[];
  /**
   * Of a prior that is fitted to codes when training is over (ex-post density estimation), and learns nothing before: the values of
   * its parameters, which are of kind `state`.
   *
   * @param codes one z of each training example, [n, latent], by the parameters that are kept; where the row has `codes`, the numbers
   *   of its codes, [n, positions]
   */
  readonly fit?: (codes: NdArray<'float64'>, key: Key) => FittedParameters;
  /** What there is to say of such a fit, in a sentence without its full stop: how likely it makes what it was not fitted to, say. */
  readonly describeFit?: (codes: NdArray<'float64'>, key: Key) => string;
  /** batch shape [], or the condition's where the prior looks at it; event shape [latent] */
  apply(parameters: Parameters, context: PriorContext): PriorDistribution;
}

/**
 * A density over latent vectors. What it has besides its draws and their densities (`Capability`) the row says; draws that are a
 * function of noise are exported too, as prior.onnx.
 */
export interface PriorDistribution extends Distribution {
  /** log p(zᵢ) of each coordinate by itself, [..., latent] (`marginalLogProb`). */
  marginalLogProb?(z: TensorLike): Tensor;
  /** Numbers of noise that one draw takes. */
  readonly noiseSize?: number;
  /** ε [..., noiseSize] ~ N(0, I) → a draw of this distribution */
  fromNoise?(epsilon: Tensor): { readonly value: Tensor };
}

/** The sizes that a prior is built for. */
export interface PriorSizes {
  readonly latent: number;
  /** Numbers in one example. */
  readonly inputSize: number;
  /** Numbers of the condition. Default: 0, there is none. */
  readonly conditionSize?: number;
  /** Of a posterior with codes: the book that they are of. */
  readonly book?: CodeBook | undefined;
  /** The model's. Numbers in a formula have it by themselves; a typed array or an NdArray gets it by `constant(values, dtype)`. */
  readonly dtype: FloatDType;
}

/** A row of the table of priors. */
export interface PriorRow<N extends string = string, O extends PartOptions = PartOptions> extends Part<'prior', N, O> {
  readonly capabilities: readonly Capability[];
  build(options: ValuesOf<O>, sizes: PriorSizes): Prior;
}

/** A prior of one's own as a row of the table: its name, capabilities, options and `build`. Give it to `train` and `load` as one of `parts`. */
export function definePrior<const N extends string, const O extends PartOptions>(
  row: Omit<PriorRow<N, O>, 'kind'>,
): PriorRow<N, O> {
  return { kind: 'prior', ...row };
}
