import { ValueError, formatShape, sizeOf } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { asGraphKey, withScope } from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import type { LayerContext, ParameterSpec, Parameters } from '../nn/index.ts';
import type { Key } from '../random/index.ts';
import { requireCapabilities } from './capabilities.ts';
import type { ModelPart } from './capabilities.ts';
import { networksFor, posteriorFor, priorFor } from './choose.ts';
import type { NetworkOptions, PosteriorOptions, PriorOptions } from './choose.ts';
import { bernoulliFamily } from './likelihoods/index.ts';
import type { Likelihood, LikelihoodFamily } from './likelihoods/index.ts';
import type { Networks } from './networks/index.ts';
import { posteriors } from './posteriors/index.ts';
import type { PosteriorDistribution } from './posteriors/index.ts';
import type { PriorDistribution } from './priors/index.ts';

interface SharedOptions extends PosteriorOptions, PriorOptions {
  /** Dimensions of z. */
  readonly latent: number;
  /** How p(x|z) is read off the decoder's outputs. Default: Bernoulli, its log-odds. */
  readonly likelihood?: LikelihoodFamily;
  /** Element type of the graph. Default: float32. */
  readonly dtype?: FloatDType;
}

/** A model of built-in networks. */
export interface NamedVaeOptions extends SharedOptions, Omit<NetworkOptions, 'parts'> {
  /** Numbers in one example. */
  readonly inputSize: number;
  /** Shape of one example, [rows, columns] or [rows, columns, channels]; convolutions need it. Default: [inputSize]. */
  readonly shape?: readonly number[];
}

/** A model of one's own networks: an encoder x → features, and a decoder z → the likelihood's numbers. */
export interface CustomVaeOptions extends SharedOptions, Networks {}

export type VaeOptions = NamedVaeOptions | CustomVaeOptions;

/** What a model says of a batch. */
export interface VaeOutput {
  /** q(z|x) */
  readonly posterior: PosteriorDistribution;
  /** p(z) */
  readonly prior: PriorDistribution;
  /** z, one draw an example. */
  readonly latent: Tensor;
  /** log q(z|x) of that draw, [...]; its gradient is the total one, through z too. */
  readonly logProbOfDraw: Tensor;
  /** p(x|z) at that draw. */
  readonly likelihood: Likelihood;
  /** In training: the new values of the parameters whose kind is `state`, where the model has such. */
  readonly state?: Parameters;
}

export interface ApplyOptions {
  /** For the draw of z, and for what layers draw in training. */
  readonly key: GraphKey | Key;
  /** Default: evaluate. */
  readonly mode?: LayerContext['mode'];
}

/** A variational autoencoder: an encoder x → q(z|x), a prior p(z), and a decoder z → p(x|z). Holds no values. */
export interface Vae {
  readonly inputSize: number;
  readonly latent: number;
  readonly parameters: readonly ParameterSpec[];
  /** Which prior and posterior it has, and what they can: objectives and exports ask (`requireCapabilities`). */
  readonly parts: { readonly prior: ModelPart; readonly posterior: ModelPart };
  /** p(z), batch shape [], event shape [latent] */
  prior(parameters: Parameters): PriorDistribution;
  /** x [..., inputSize] → q(z|x) */
  encode(parameters: Parameters, x: Tensor, context?: LayerContext): PosteriorDistribution;
  /** z [..., latent] → p(x|z) */
  decode(parameters: Parameters, z: Tensor, context?: LayerContext): Likelihood;
  apply(parameters: Parameters, x: Tensor, options: ApplyOptions): VaeOutput;
}

/** A VAE of built-in networks, or of given ones. @throws ValueError when sizes do not fit together */
export function createVae(options: VaeOptions): Vae {
  const { latent } = options;
  const inputSize = 'encoder' in options ? options.encoder.inputSize : options.inputSize;
  for (const [name, size] of Object.entries({ inputSize, latent })) {
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`createVae: ${name} must be at least 1, got ${size}.`);
  }
  const likelihood = options.likelihood ?? bernoulliFamily({ inputSize });
  const { encoder, decoder } = networksOf(options, likelihood.outputSize);
  const posterior = posteriorFor(options, { featureSize: encoder.outputSize, latent });
  const prior = priorFor(options, { latent, inputSize, dtype: options.dtype ?? 'float32' });
  requireCapabilities(`prior '${prior.name}'`, posterior, prior.needs ?? [], posteriors);

  const encode = (parameters: Parameters, x: Tensor, context?: LayerContext): PosteriorDistribution =>
    posterior.apply(parameters, encoder.apply(parameters, x, context));
  const decode = (parameters: Parameters, z: Tensor, context?: LayerContext): Likelihood =>
    withScope('likelihood', () => likelihood.apply(decoder.apply(parameters, z, context), parameters));
  const priorOf = (parameters: Parameters): PriorDistribution =>
    withScope('prior', () => prior.apply(parameters, { encode: (x) => encode(parameters, x) }));
  return {
    inputSize,
    latent,
    // The value that a parameter starts with depends on its place: what is new comes last.
    parameters: [encoder, posterior, decoder, likelihood, prior].flatMap((part) => part.parameters),
    parts: { prior, posterior },
    prior: priorOf,
    encode,
    decode,
    apply: (parameters, x, { key, mode = 'evaluate' }) => {
      const context: LayerContext = { mode, key: asGraphKey(key).foldIn(layerStream), state: new Map() };
      const q = encode(parameters, x, context);
      const { value: z, logProb } = withScope('sample', () => q.sampleAndLogProb(key));
      const likelihood = decode(parameters, z, context);
      const state = Object.fromEntries(context.state);
      return { posterior: q, prior: priorOf(parameters), latent: z, logProbOfDraw: logProb, likelihood, state };
    },
  };
}

/** What layers draw is apart from the draw of z, which takes the key itself. */
const layerStream = 1;

function networksOf(options: VaeOptions, outputSize: number): Networks {
  const { latent } = options;
  if (!('encoder' in options)) {
    const { inputSize, shape = [inputSize] } = options;
    if (sizeOf(shape) !== inputSize) {
      throw new ValueError(`createVae: examples ${formatShape(shape)} do not have inputSize ${inputSize} numbers.`);
    }
    return networksFor(options, { shape, latent, outputSize });
  }
  const { decoder } = options;
  if (decoder.inputSize === latent && decoder.outputSize === outputSize) return options;
  throw new ValueError(
    `createVae: the decoder must take latent ${latent} numbers and give the likelihood ${outputSize}, it takes ${decoder.inputSize} and gives ${decoder.outputSize}.`,
  );
}
