// Made from the rows of the table of parts by `npm run build:models`: change the rows.
import type { FlatOptions, Part } from '../parts/index.ts';
import type { likelihoods } from './likelihoods/index.ts';
import type { networks } from './networks/index.ts';
import type { posteriors } from './posteriors/index.ts';
import type { priors } from './priors/index.ts';

/** What one of them may be; a name that no part has is nothing. */
type OptionOf<Row extends Part, Name extends string> =
  FlatOptions<Row> extends Readonly<Partial<Record<Name, infer Value>>> ? Value : undefined;

/** The options of the priors that there are, flat, as their rows say them. */
export interface PriorOptionDocs {
  /**
   * - Gaussians in a mixture prior. Default: 50. (prior `gaussian-mixture`)
   * - Gaussians in the fitted mixture; 1 is a full Gaussian. Default: 10. (prior `ex-post-mixture`)
   */
  readonly components?: OptionOf<(typeof priors)[number], 'components'>;
  /**
   * How many pseudo-inputs a VampPrior learns. Default: 500. (prior `vamp`)
   */
  readonly pseudoInputs?: OptionOf<(typeof priors)[number], 'pseudoInputs'>;
  /**
   * - Flows in the chain of a flow prior. Default: 6. (prior `realnvp`)
   * - Flows in the chain of a flow prior. Default: 4. (prior `maf`)
   */
  readonly priorFlows?: OptionOf<(typeof priors)[number], 'priorFlows'>;
  /**
   * Hidden units in each of the two layers of a flow prior's networks. Default: 64. (prior `realnvp`, `maf`)
   */
  readonly priorUnits?: OptionOf<(typeof priors)[number], 'priorUnits'>;
  /**
   * Widths of hidden layers from the condition to the prior; none: μ and log σ² are linear in it, which is all that classes need. Default: none. (prior `conditional-normal`)
   */
  readonly priorHidden?: OptionOf<(typeof priors)[number], 'priorHidden'>;
}

/** The options of the posteriors that there are, flat, as their rows say them. */
export interface PosteriorOptionDocs {
  /**
   * Which Σ^{1/2} a full posterior's head emits. Default: symmetric. (posterior `full`)
   */
  readonly root?: OptionOf<(typeof posteriors)[number], 'root'>;
  /**
   * Columns of W in D + W Wᵀ of a low-rank posterior. Default: 2. (posterior `low-rank`)
   */
  readonly rank?: OptionOf<(typeof posteriors)[number], 'rank'>;
  /**
   * Householder reflections of a posterior, each given by the encoder. Default: 4. (posterior `householder`)
   */
  readonly reflections?: OptionOf<(typeof posteriors)[number], 'reflections'>;
  /**
   * - Flows in a chain, each given by the encoder. Default: 8. (posterior `planar`, `radial`)
   * - Flows in a chain, each given by the encoder. Default: 4. (posterior `sylvester`, `iaf`)
   */
  readonly flows?: OptionOf<(typeof posteriors)[number], 'flows'>;
  /**
   * Which Gaussian the flows of a posterior bend. Default: diagonal. (posterior `planar`, `radial`, `sylvester`, `iaf`)
   */
  readonly base?: OptionOf<(typeof posteriors)[number], 'base'>;
  /**
   * Directions in which each Sylvester flow bends, at most latent. Default: latent, at most 8. (posterior `sylvester`)
   */
  readonly columns?: OptionOf<(typeof posteriors)[number], 'columns'>;
  /**
   * Hidden units in each of the two layers of an autoregressive flow's network. Default: 64. (posterior `iaf`)
   */
  readonly flowUnits?: OptionOf<(typeof posteriors)[number], 'flowUnits'>;
  /**
   * Vectors in the codebook. Default: 64. (posterior `vector-quantized`)
   */
  readonly codes?: OptionOf<(typeof posteriors)[number], 'codes'>;
  /**
   * Numbers in a code; latent, a multiple of it, is made of latent / codeSize codes. Default: 4. (posterior `vector-quantized`)
   */
  readonly codeSize?: OptionOf<(typeof posteriors)[number], 'codeSize'>;
  /**
   * γ of the moving averages by which codes follow what is assigned to them. Default: 0.99. (posterior `vector-quantized`)
   */
  readonly codebookDecay?: OptionOf<(typeof posteriors)[number], 'codebookDecay'>;
  /**
   * ε of the Laplace smoothing of their counts. Default: 0.00001. (posterior `vector-quantized`)
   */
  readonly codebookEpsilon?: OptionOf<(typeof posteriors)[number], 'codebookEpsilon'>;
  /**
   * Share of the mean count below which a code begins anew at what the encoder said of some example; 0: never. Default: 0.01. (posterior `vector-quantized`)
   */
  readonly restartBelow?: OptionOf<(typeof posteriors)[number], 'restartBelow'>;
}

/** The options of the likelihoods that there are, flat, as their rows say them. */
export interface LikelihoodOptionDocs {
  /**
   * - Standard deviation of a Gaussian or Laplace likelihood: fixed, or learned once, for each dimension, or by the decoder. Default: shared. (likelihood `gaussian`, `laplace`)
   * - Standard deviation of the numeric columns. Default: per-dimension. (likelihood `mixed`)
   */
  readonly stddev?: OptionOf<(typeof likelihoods)[number], 'stddev'>;
  /**
   * - Classes of a categorical likelihood, or levels of an ordinal one. Default: the data's last axis. (likelihood `categorical`)
   * - Classes of a categorical likelihood, or levels of an ordinal one. (likelihood `ordinal`)
   */
  readonly classes?: OptionOf<(typeof likelihoods)[number], 'classes'>;
}

/** The options of the networks that there are, flat, as their rows say them. */
export interface NetworkOptionDocs {
  /**
   * - Widths of the encoder's hidden layers; the decoder has them in reverse. Default: 400. (network `dense`)
   * - Widths of the encoder's hidden layers; the decoder has them in reverse. Default: none. (network `conv`, `residual`)
   */
  readonly hidden?: OptionOf<(typeof networks)[number], 'hidden'>;
  /**
   * What follows each hidden layer. Default: relu. (network `dense`, `conv`, `residual`)
   */
  readonly activation?: OptionOf<(typeof networks)[number], 'activation'>;
  /**
   * Spectral: each weight of the decoder is divided by its largest singular value, by power iteration, as RAE-SN has it; one thread takes its steps. Default: none. (network `dense`, `conv`, `residual`)
   */
  readonly decoderNorm?: OptionOf<(typeof networks)[number], 'decoderNorm'>;
  /**
   * Channels of a network of convolutions, after each halving of the image. Default: 32, 64, 128, … until the shorter side is at most 8. (network `conv`, `residual`)
   */
  readonly channels?: OptionOf<(typeof networks)[number], 'channels'>;
  /**
   * Share of a convolution's outputs that training drops. Default: 0. (network `conv`, `residual`)
   */
  readonly dropout?: OptionOf<(typeof networks)[number], 'dropout'>;
  /**
   * - Of a network of convolutions, before each activation. Default: none. (network `conv`)
   * - Of a network of convolutions, before each activation. Default: group. (network `residual`)
   */
  readonly normalization?: OptionOf<(typeof networks)[number], 'normalization'>;
}
