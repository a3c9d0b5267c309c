import { ValueError } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { StandardNormal } from '../gaussian/index.ts';
import type { Distribution, Gaussian } from '../gaussian/index.ts';
import { withScope } from '../graph/index.ts';
import type { ActivationName, GraphKey, Tensor } from '../graph/index.ts';
import { dense, denseStack, sequential } from '../nn/index.ts';
import type { Layer, ParameterSpec, Parameters } from '../nn/index.ts';
import type { Key } from '../random/index.ts';
import { bernoulliFamily } from './likelihoods/index.ts';
import type { Likelihood, LikelihoodFamily } from './likelihoods/index.ts';
import { posteriorFamily } from './posteriors/index.ts';
import type { PosteriorOptions } from './posteriors/index.ts';

export interface VaeOptions extends PosteriorOptions {
  /** Numbers in one example. */
  readonly inputSize: number;
  /** Dimensions of z. */
  readonly latent: number;
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  /** How p(x|z) is read off the decoder's outputs. Default: Bernoulli, its log-odds. */
  readonly likelihood?: LikelihoodFamily;
  /** Element type of the graph. Default: float32. */
  readonly dtype?: FloatDType;
}

/** What a model says of a batch. */
export interface VaeOutput {
  /** q(z|x) */
  readonly posterior: Gaussian;
  /** z, one draw an example. */
  readonly latent: Tensor;
  /** p(x|z) at that draw. */
  readonly likelihood: Likelihood;
}

/** A variational autoencoder: an encoder x → q(z|x), a prior p(z), and a decoder z → p(x|z). Holds no values. */
export interface Vae {
  readonly inputSize: number;
  readonly latent: number;
  readonly parameters: readonly ParameterSpec[];
  /** p(z), event shape [latent] */
  readonly prior: Distribution;
  /** x [..., inputSize] → q(z|x) */
  encode(parameters: Parameters, x: Tensor): Gaussian;
  /** z [..., latent] → p(x|z) */
  decode(parameters: Parameters, z: Tensor): Likelihood;
  apply(parameters: Parameters, x: Tensor, options: { readonly key: GraphKey | Key }): VaeOutput;
}

/** A VAE of dense layers. */
export function createVae(options: VaeOptions): Vae {
  const { inputSize, latent, hidden, activation } = options;
  for (const [name, size] of Object.entries({ inputSize, latent })) {
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`createVae: ${name} must be at least 1, got ${size}.`);
  }
  const encoder = denseStack('encoder', [inputSize, ...hidden], activation);
  const family = posteriorFamily(options, { featureSize: hidden.at(-1) ?? inputSize, latent });
  const likelihood = options.likelihood ?? bernoulliFamily({ inputSize });
  const decoder = decoderStack([latent, ...hidden.toReversed()], likelihood.outputSize, activation);

  const encode = (parameters: Parameters, x: Tensor): Gaussian =>
    family.apply(parameters, encoder.apply(parameters, x));
  const decode = (parameters: Parameters, z: Tensor): Likelihood =>
    withScope('likelihood', () => likelihood.apply(decoder.apply(parameters, z), parameters));
  return {
    inputSize,
    latent,
    parameters: [...encoder.parameters, ...family.parameters, ...decoder.parameters, ...likelihood.parameters],
    prior: StandardNormal.ofSize(latent, options.dtype ?? 'float32'),
    encode,
    decode,
    apply: (parameters, x, { key }) => {
      const posterior = encode(parameters, x);
      const z = withScope('sample', () => posterior.sample(key));
      return { posterior, latent: z, likelihood: decode(parameters, z) };
    },
  };
}

/** Hidden layers with activation, then a linear layer to the likelihood's numbers. */
function decoderStack(sizes: readonly number[], outputSize: number, activation: ActivationName): Layer {
  const last = sizes.at(-1) ?? 0;
  return sequential([
    denseStack('decoder', sizes, activation),
    dense(`decoder.${sizes.length - 1}`, [last, outputSize]),
  ]);
}
