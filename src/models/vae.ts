import { CapabilityError, DTypeError, ValueError, formatShape, sizeOf } from '../core/index.ts';
import type { FloatDType, NdArray } from '../core/index.ts';
import { asGraphKey, expandDims, stopGradient, withPlainDType, withScope } from '../graph/index.ts';
import type { GraphKey, Tensor } from '../graph/index.ts';
import { beside } from '../nn/index.ts';
import type { LayerContext, ParameterSpec, Parameters } from '../nn/index.ts';
import type { Key } from '../random/index.ts';
import { has, requireCapabilities } from './capabilities.ts';
import type { ModelPart } from './capabilities.ts';
import { classifierOf } from './classifier.ts';
import type { Classifier } from './classifier.ts';
import { checkConditions, refuseWithout } from './conditions.ts';
import { networksFor, posteriorFor, priorFor } from './choose.ts';
import type { NetworkOptions, PosteriorOptions, PriorOptions } from './choose.ts';
import { drawSeveral } from './draws.ts';
import { bernoulliFamily } from './likelihoods/index.ts';
import type { Likelihood, LikelihoodFamily } from './likelihoods/index.ts';
import type { Networks } from './networks/index.ts';
import { posteriors } from './posteriors/index.ts';
import type { CodeBook, Posterior, PosteriorDistribution } from './posteriors/index.ts';
import { priorPrefix } from './priors/index.ts';
import type { FittedParameters, Prior, PriorDistribution } from './priors/index.ts';

interface SharedOptions extends PosteriorOptions, PriorOptions {
  /** Dimensions of z. */
  readonly latent: number;
  /** Numbers of the condition c that encoder, decoder and prior are given beside x and z: a model p(x|c). Default: 0, none. */
  readonly conditionSize?: number;
  /**
   * Where the condition begins with one of so many classes, one-hot, and may be unknown: the model has a classifier q(y|x) too, of a
   * network like the encoder's. Default: none.
   */
  readonly classes?: number;
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

/** Options of `createVae`: a model of built-in networks, or of one's own. */
export type VaeOptions = NamedVaeOptions | CustomVaeOptions;

/** What a model says of a batch. */
export interface VaeOutput {
  /** q(z|x), batch shape that of x; where several draws are asked for, [rows, 1], which broadcasts to them. */
  readonly posterior: PosteriorDistribution;
  /** p(z) */
  readonly prior: PriorDistribution;
  /** z, one draw an example, [..., latent]; where several are asked for, [rows, draws, latent]. */
  readonly latent: Tensor;
  /** log q(z|x) of that draw, [...]; its gradient is the total one, through z too. Reading it throws where the posterior has no density. */
  readonly logProbOfDraw: Tensor;
  /** What the decoder took, where that is cut off (`cutOff`): the same numbers, through which no gradient comes to the encoder. */
  readonly decoded?: Tensor;
  /** p(x|z) at that draw; of several, batch shape [rows, draws]. */
  readonly likelihood: Likelihood;
  /** In training: the new values of the parameters whose kind is `state`, where the model has such. */
  readonly state?: Parameters;
}

/** What `Vae.apply` draws with, and how many draws of z an example gets. */
export interface ApplyOptions {
  /** For the draw of z, and for what layers draw in training. */
  readonly key: GraphKey | Key;
  /** Default: evaluate. */
  readonly mode?: LayerContext['mode'];
  /** Draws of z an example, which x [rows, inputSize] then has an axis for, also where it is 1. Default: one, without an axis. */
  readonly draws?: number | undefined;
  /** Whether the decoder takes z for a constant: who wants a gradient for the encoder makes it of `latent` and `decoded`. */
  readonly cutOff?: boolean | undefined;
}

/** A variational autoencoder: an encoder x → q(z|x), a prior p(z), and a decoder z → p(x|z). Holds no values. */
export interface Vae {
  readonly inputSize: number;
  readonly latent: number;
  /** Numbers of its condition. What is not 0 must be `given` before the model says anything. Default: 0, none. */
  readonly conditionSize?: number;
  readonly parameters: readonly ParameterSpec[];
  /** Which prior and posterior it has, and what they can: objectives and exports ask (`requireCapabilities`). */
  readonly parts: { readonly prior: ModelPart; readonly posterior: ModelPart };
  /**
   * Where the prior is fitted to codes when training is over (`Prior.fit`): new values of its parameters.
   *
   * @param codes one z of each training example, [n, latent]; of a prior with the capability `codes` their numbers, [n, positions]
   */
  readonly fitPrior?: (codes: NdArray<'float64'>, key: Key) => FittedParameters;
  /** What there is to say of such a fit, where the prior has something to say (`Prior.describeFit`). */
  readonly describePriorFit?: (codes: NdArray<'float64'>, key: Key) => string;
  /** Of `parameters`, the names of those that the decoder has. Absent of models that do not say. */
  readonly decoderParameters?: readonly string[];
  /** Where z is made of codes: the book that they are of. */
  readonly book?: CodeBook;
  /** p(z), batch shape [], event shape [latent] */
  prior(parameters: Parameters): PriorDistribution;
  /** x [..., inputSize] → q(z|x) */
  encode(parameters: Parameters, x: Tensor, context?: LayerContext): PosteriorDistribution;
  /** z [..., latent] → p(x|z) */
  decode(parameters: Parameters, z: Tensor, context?: LayerContext): Likelihood;
  apply(parameters: Parameters, x: Tensor, options: ApplyOptions): VaeOutput;
  /** q(y|x), where the model infers a condition that is not known; it looks at x alone. */
  readonly classifier?: Classifier | undefined;
  /**
   * The model of some conditions: encoder, decoder and prior have them, and whoever uses it need not know of them.
   *
   * @param condition [..., conditionSize], one for each example of x and each z, whose batch axes it broadcasts to
   * @throws ValueError when the model takes none, or one of another size
   */
  given?(condition: Tensor): ConditionalVae;
}

/** A VAE that may have a condition. */
export type ConditionalVae = Vae & Required<Pick<Vae, 'conditionSize' | 'given'>>;

/**
 * A VAE of built-in networks, or of given ones. In what its parts build, numbers are of the model's type (`withPlainDType`).
 *
 * @throws ValueError when sizes do not fit together, or two parameters have one name
 */
export function createVae(options: VaeOptions): ConditionalVae {
  const { dtype = 'float32' } = options;
  return withPlainDType(dtype, () => assembled(options, dtype));
}

function assembled(options: VaeOptions, dtype: FloatDType): ConditionalVae {
  const { latent, conditionSize = 0 } = options;
  if (!Number.isInteger(conditionSize) || conditionSize < 0)
    throw new ValueError(`createVae: conditionSize must be a whole number of at least 0, got ${conditionSize}.`);
  const inputSize = 'encoder' in options ? options.encoder.inputSize - conditionSize : options.inputSize;
  for (const [name, size] of Object.entries({ inputSize, latent })) {
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`createVae: ${name} must be at least 1, got ${size}.`);
  }
  const likelihood = options.likelihood ?? bernoulliFamily({ inputSize });
  const networks = networksOf(options, { inputSize, outputSize: likelihood.outputSize });
  const posterior = posteriorFor(options, { featureSize: networks.encoder.outputSize, latent });
  const prior = priorFor(options, { latent, inputSize, conditionSize, dtype, book: posterior.book });
  requireCapabilities(`prior '${prior.name}'`, posterior, prior.needs ?? [], posteriors);
  if (conditionSize > 0 && prior.needs) {
    throw new CapabilityError(
      `prior '${prior.name}' is made of the posteriors of inputs of its own, which have no condition: choose another prior, such as 'standard-normal' or 'conditional-normal'.`,
    );
  }
  const { classes } = options;
  const classifier = classes === undefined ? undefined : classifierOf(trunkOf(options, classes), classes);
  const parts = { networks, posterior, likelihood, prior, classifier };
  checkNames(parametersOf(parts), prior);
  return modelOf({ inputSize, latent, conditionSize, dtype }, parts, undefined);
}

interface ModelSizes {
  readonly inputSize: number;
  readonly latent: number;
  readonly conditionSize: number;
  readonly dtype: FloatDType;
}

interface ModelParts {
  readonly networks: Networks;
  readonly posterior: Posterior & ModelPart;
  readonly likelihood: LikelihoodFamily;
  readonly prior: Prior & ModelPart;
  readonly classifier: Classifier | undefined;
}

/** The value that a parameter starts with depends on its place: what is new comes last. */
function parametersOf({ networks, posterior, likelihood, prior, classifier }: ModelParts): ParameterSpec[] {
  const { encoder, decoder } = networks;
  return [encoder, posterior, decoder, likelihood, prior, classifier].flatMap((part) => part?.parameters ?? []);
}

/** @param isOfDraws whether examples and conditions have an axis of their draws, [rows, 1, …] */
function modelOf(all: ModelSizes, parts: ModelParts, condition?: Tensor, isOfDraws = false): ConditionalVae {
  const { dtype, ...sizes } = all;
  const { networks, posterior, likelihood, prior } = parts;
  const { encoder, decoder } = networks;
  if (condition) checkConditions(sizes, condition);
  const withCondition = (value: Tensor): Tensor => {
    if (condition) return beside(value, condition);
    refuseWithout(sizes);
    return value;
  };
  const encode = (parameters: Parameters, x: Tensor, context?: LayerContext): PosteriorDistribution =>
    withPlainDType(x.dtype as FloatDType, () =>
      posterior.apply(parameters, encoder.apply(parameters, withCondition(x), context), context),
    );
  const decode = (parameters: Parameters, z: Tensor, context?: LayerContext): Likelihood =>
    withPlainDType(z.dtype as FloatDType, () =>
      withScope('likelihood', () => likelihood.apply(decoder.apply(parameters, withCondition(z), context), parameters)),
    );
  const priorOf = (parameters: Parameters): PriorDistribution => {
    if (!condition) refuseWithout(sizes);
    const context = { encode: (x: Tensor) => encode(parameters, x), ...(condition && { condition }) };
    return withPlainDType(dtype, () => withScope('prior', () => prior.apply(parameters, context)));
  };
  return {
    ...sizes,
    // Who has the model of a condition is to give it none.
    conditionSize: condition ? 0 : sizes.conditionSize,
    parameters: parametersOf(parts),
    parts: { prior, posterior },
    ...(prior.fit && { fitPrior: prior.fit }),
    ...(prior.describeFit && { describePriorFit: prior.describeFit }),
    ...(posterior.book && { book: posterior.book }),
    decoderParameters: decoder.parameters.map(({ name }) => name),
    ...(parts.classifier && { classifier: parts.classifier }),
    prior: priorOf,
    encode,
    decode,
    apply: (parameters, x, { key, mode = 'evaluate', draws, cutOff = false }) => {
      if (draws !== undefined && !isOfDraws) {
        // Whatever belongs to an example gets an axis that its draws lie along.
        const each = modelOf(all, parts, condition && expandDims(condition, -2), true);
        return each.apply(parameters, expandDims(x, -2), { key, mode, draws, cutOff });
      }
      const context: LayerContext = { mode, key: asGraphKey(key).foldIn(layerStream), state: new Map() };
      const q = encode(parameters, x, context);
      const drawn = withScope('sample', () =>
        draws === undefined ? q.sampleAndLogProb(key) : drawSeveral(q, key, draws),
      );
      const z = drawn.value;
      const decoded = cutOff ? stopGradient(z) : z;
      const likelihood = decode(parameters, decoded, context);
      const state = Object.fromEntries(context.state);
      const prior = priorOf(parameters);
      checkDType(parts.prior.name, prior, q);
      const output = { posterior: q, prior, latent: z, ...(cutOff && { decoded }), likelihood, state };
      return withDensity(output, posterior, () => drawn.logProb);
    },
    given: (given) => {
      if (condition) checkConditions({ conditionSize: 0 }, given);
      return modelOf(all, parts, given);
    },
  };
}

/** @throws ValueError for a name that two parameters have, or one of the prior's that is not named as its own */
function checkNames(specs: readonly ParameterSpec[], prior: Prior & ModelPart): void {
  const stray = prior.parameters.find(({ name }) => !name.startsWith(priorPrefix));
  if (stray) {
    throw new ValueError(
      `prior '${prior.name}': its parameter '${stray.name}' must be named ${priorPrefix}…, so that it is none of the networks'.`,
    );
  }
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name))
      throw new ValueError(`createVae: two parameters are named '${name}': each needs a name of its own.`);
    names.add(name);
  }
}

/** @throws DTypeError where prior and posterior are of different types, as of a prior that was made beforehand */
function checkDType(name: string, prior: PriorDistribution, posterior: PosteriorDistribution): void {
  if (prior.dtype === posterior.dtype) return;
  throw new DTypeError(
    `prior '${name}': its distribution is ${prior.dtype} and the model ${posterior.dtype}. Make it within \`build\`, where numbers are of the model's type, and typed arrays and NdArrays of \`dtype\`, which \`build\` is given: constant(values, dtype).`,
  );
}

/** An output with log q(z|x): a posterior without a density says so where that is read, and nobody copies it by spreading the output. */
function withDensity(
  output: Omit<VaeOutput, 'logProbOfDraw'>,
  posterior: ModelPart,
  logProbOfDraw: () => Tensor,
): VaeOutput {
  if (has(posterior, 'logProbOfDraw')) return { ...output, logProbOfDraw: logProbOfDraw() };
  return Object.defineProperty(output as VaeOutput, 'logProbOfDraw', { get: logProbOfDraw, enumerable: false });
}

/** What layers draw is apart from the draw of z, which takes the key itself. */
const layerStream = 1;

function networksOf(options: VaeOptions, sizes: { readonly inputSize: number; readonly outputSize: number }): Networks {
  const { latent, conditionSize = 0 } = options;
  const { inputSize, outputSize } = sizes;
  const networks = 'encoder' in options ? options : namedNetworks(options, outputSize);
  const { encoder, decoder } = networks;
  if (encoder.inputSize !== inputSize + conditionSize) {
    throw new ValueError(
      `createVae: the encoder must take ${inputSize} numbers of x and ${conditionSize} of its condition, it takes ${encoder.inputSize}.`,
    );
  }
  if (decoder.inputSize === latent + conditionSize && decoder.outputSize === outputSize) return networks;
  const taken = conditionSize > 0 ? ` and ${conditionSize} of the condition` : '';
  throw new ValueError(
    `createVae: the decoder must take latent ${latent} numbers${taken} and give the likelihood ${outputSize}, it takes ${decoder.inputSize} and gives ${decoder.outputSize}.`,
  );
}

/** The network of a classifier: the encoder's, without the condition. @throws ValueError for what cannot have one */
function trunkOf(options: VaeOptions, classes: number): Networks['encoder'] {
  const { conditionSize = 0 } = options;
  if (conditionSize < classes) {
    throw new ValueError(`createVae: a condition of ${conditionSize} numbers does not begin with ${classes} classes.`);
  }
  if ('encoder' in options) {
    throw new ValueError(
      'createVae: networks of your own have none for a classifier q(y|x): a condition that may be unknown goes with built-in networks.',
    );
  }
  return namedNetworks({ ...options, conditionSize: 0 }, 1).encoder;
}

function namedNetworks(options: NamedVaeOptions, outputSize: number): Networks {
  const { latent, inputSize, shape = [inputSize], conditionSize = 0 } = options;
  if (sizeOf(shape) !== inputSize) {
    throw new ValueError(`createVae: examples ${formatShape(shape)} do not have inputSize ${inputSize} numbers.`);
  }
  return networksFor(options, { shape, latent, outputSize, ...(conditionSize > 0 && { conditionSize }) });
}
