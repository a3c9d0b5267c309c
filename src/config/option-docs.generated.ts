// Made from the rows of the table of parts by `npm run build:models`: change the rows.
import type { OptionOf } from './part-table.ts';

/** The options of the parts that there are, flat, as their rows say them. */
export interface DocumentedOptions {
  /**
   * - Gaussians in a mixture prior. Default: 50. (prior `gaussian-mixture`)
   * - Gaussians in the fitted mixture; 1 is a full Gaussian. Default: 10. (prior `ex-post-mixture`)
   */
  readonly components?: OptionOf<'components'>;
  /**
   * How many pseudo-inputs a VampPrior learns. Default: 500. (prior `vamp`)
   */
  readonly pseudoInputs?: OptionOf<'pseudoInputs'>;
  /**
   * - Flows in the chain of a flow prior. Default: 6. (prior `realnvp`)
   * - Flows in the chain of a flow prior. Default: 4. (prior `maf`)
   */
  readonly priorFlows?: OptionOf<'priorFlows'>;
  /**
   * Hidden units in each of the two layers of a flow prior's networks. Default: 64. (prior `realnvp`, `maf`)
   */
  readonly priorUnits?: OptionOf<'priorUnits'>;
  /**
   * Widths of hidden layers from the condition to the prior; none: μ and log σ² are linear in it, which is all that classes need. Default: none. (prior `conditional-normal`)
   */
  readonly priorHidden?: OptionOf<'priorHidden'>;
  /**
   * Which Σ^{1/2} a full posterior's head emits. Default: symmetric. (posterior `full`)
   */
  readonly root?: OptionOf<'root'>;
  /**
   * Columns of W in D + W Wᵀ of a low-rank posterior. Default: 2. (posterior `low-rank`)
   */
  readonly rank?: OptionOf<'rank'>;
  /**
   * Householder reflections of a posterior, each given by the encoder. Default: 4. (posterior `householder`)
   */
  readonly reflections?: OptionOf<'reflections'>;
  /**
   * - Flows in a chain, each given by the encoder. Default: 8. (posterior `planar`, `radial`)
   * - Flows in a chain, each given by the encoder. Default: 4. (posterior `sylvester`, `iaf`)
   */
  readonly flows?: OptionOf<'flows'>;
  /**
   * Which Gaussian the flows of a posterior bend. Default: diagonal. (posterior `planar`, `radial`, `sylvester`, `iaf`)
   */
  readonly base?: OptionOf<'base'>;
  /**
   * Directions in which each Sylvester flow bends, at most latent. Default: latent, at most 8. (posterior `sylvester`)
   */
  readonly columns?: OptionOf<'columns'>;
  /**
   * Hidden units in each of the two layers of an autoregressive flow's network. Default: 64. (posterior `iaf`)
   */
  readonly flowUnits?: OptionOf<'flowUnits'>;
  /**
   * Vectors in the codebook. Default: 64. (posterior `vector-quantized`)
   */
  readonly codes?: OptionOf<'codes'>;
  /**
   * Numbers in a code; latent, a multiple of it, is made of latent / codeSize codes. Default: 4. (posterior `vector-quantized`)
   */
  readonly codeSize?: OptionOf<'codeSize'>;
  /**
   * γ of the moving averages by which codes follow what is assigned to them. Default: 0.99. (posterior `vector-quantized`)
   */
  readonly codebookDecay?: OptionOf<'codebookDecay'>;
  /**
   * ε of the Laplace smoothing of their counts. Default: 0.00001. (posterior `vector-quantized`)
   */
  readonly codebookEpsilon?: OptionOf<'codebookEpsilon'>;
  /**
   * Share of the mean count below which a code begins anew at what the encoder said of some example; 0: never. Default: 0.01. (posterior `vector-quantized`)
   */
  readonly restartBelow?: OptionOf<'restartBelow'>;
  /**
   * - Standard deviation of a Gaussian or Laplace likelihood: fixed, or learned once, for each dimension, or by the decoder. Default: shared. (likelihood `gaussian`, `laplace`)
   * - Standard deviation of the numeric columns. Default: per-dimension. (likelihood `mixed`)
   */
  readonly stddev?: OptionOf<'stddev'>;
  /**
   * - Classes of a categorical likelihood, or levels of an ordinal one. Default: the data's last axis. (likelihood `categorical`)
   * - Classes of a categorical likelihood, or levels of an ordinal one. (likelihood `ordinal`)
   */
  readonly classes?: OptionOf<'classes'>;
  /**
   * - Widths of the encoder's hidden layers; the decoder has them in reverse. Default: 400. (network `dense`)
   * - Widths of the encoder's hidden layers; the decoder has them in reverse. Default: none. (network `conv`, `residual`)
   */
  readonly hidden?: OptionOf<'hidden'>;
  /**
   * What follows each hidden layer. Default: relu. (network `dense`, `conv`, `residual`)
   */
  readonly activation?: OptionOf<'activation'>;
  /**
   * Spectral: each weight of the decoder is divided by its largest singular value, by power iteration, as RAE-SN has it; one thread takes its steps. Default: none. (network `dense`, `conv`, `residual`)
   */
  readonly decoderNorm?: OptionOf<'decoderNorm'>;
  /**
   * Channels of a network of convolutions, after each halving of the image. Default: 32, 64, 128, … until the shorter side is at most 8. (network `conv`, `residual`)
   */
  readonly channels?: OptionOf<'channels'>;
  /**
   * Share of a convolution's outputs that training drops. Default: 0. (network `conv`, `residual`)
   */
  readonly dropout?: OptionOf<'dropout'>;
  /**
   * - Of a network of convolutions, before each activation. Default: none. (network `conv`)
   * - Of a network of convolutions, before each activation. Default: group. (network `residual`)
   */
  readonly normalization?: OptionOf<'normalization'>;
  /**
   * - Weight of the KL term. Default: 1. (objective `elbo`)
   * - Weight of the total correlation. Default: 6. (objective `beta-tc`)
   * - Share of the ELBO. Default: 0.5. (objective `ciwae`)
   */
  readonly beta?: OptionOf<'beta'>;
  /**
   * C, nats; a number by itself stays from the first step on. Default: 0 to 25 over half of all steps (linear). (objective `capacity`)
   */
  readonly capacity?: OptionOf<'capacity'>;
  /**
   * - Weight of the distance of the KL term from C. Default: 1000. (objective `capacity`)
   * - Weight of the KL terms of the single dimensions. Default: 1. (objective `beta-tc`)
   * - Weight of the total correlation. Default: 10. (objective `factor`)
   */
  readonly gamma?: OptionOf<'gamma'>;
  /**
   * - Whose KL counts: each example's by itself, or the mean of the batch. Default: examples. (objective `capacity`)
   * - Whose KL counts: each example's by itself, or the mean of the batch. Default: batch. (objective `free-bits`)
   */
  readonly over?: OptionOf<'over'>;
  /**
   * λ, nats that a latent dimension has for free: F free nats in all are λ = F / latent, a bit is 0.693. Default: 0.5. (objective `free-bits`)
   */
  readonly freeBits?: OptionOf<'freeBits'>;
  /**
   * - Weight of the mutual information of x and z. Default: 1. (objective `beta-tc`)
   * - α: 1 − α is the weight of the KL term. Default: 0.5. (objective `info`)
   */
  readonly alpha?: OptionOf<'alpha'>;
  /**
   * How the density of all codes is estimated from a batch; weighted has terms that are off by multiples of log(N M). Default: stratified. (objective `beta-tc`)
   */
  readonly estimator?: OptionOf<'estimator'>;
  /**
   * The discriminator's hidden layers. Default: 6. (objective `factor`)
   */
  readonly discriminatorLayers?: OptionOf<'discriminatorLayers'>;
  /**
   * Units in each of them. Default: 1000. (objective `factor`)
   */
  readonly discriminatorWidth?: OptionOf<'discriminatorWidth'>;
  /**
   * Of the discriminator's Adam, which no schedule changes. Default: 0.0001. (objective `factor`)
   */
  readonly discriminatorLearningRate?: OptionOf<'discriminatorLearningRate'>;
  /**
   * Draws of z an example, K; each is decoded, so a step takes some K times as long. Default: 5. (objective `iwae`, `miwae`, `ciwae`, `piwae`, `renyi`)
   */
  readonly draws?: OptionOf<'draws'>;
  /**
   * The encoder's: the bound's own, whose signal drowns as K grows, or doubly reparameterised (DReG). Default: iwae. (objective `iwae`)
   */
  readonly gradient?: OptionOf<'gradient'>;
  /**
   * Bounds of K draws each that are averaged, M: M · K draws are decoded. Default: 2. (objective `miwae`, `piwae`)
   */
  readonly bounds?: OptionOf<'bounds'>;
  /**
   * α: 1 is the ELBO, 0 IWAE; below 0 the bound is above log p(x) when K is large. Default: 0.5. (objective `renyi`)
   */
  readonly order?: OptionOf<'order'>;
  /**
   * Which covariance: i, of the posteriors' means; ii, of all codes. Default: i. (objective `dip`)
   */
  readonly variant?: OptionOf<'variant'>;
  /**
   * λ_od, weight of the squared covariances. Default: 10. (objective `dip`)
   */
  readonly lambdaOffDiagonal?: OptionOf<'lambdaOffDiagonal'>;
  /**
   * λ_d, weight of the squared distances of the variances from 1. Default: 10 λ_od for i, λ_od for ii. (objective `dip`)
   */
  readonly lambdaDiagonal?: OptionOf<'lambdaDiagonal'>;
  /**
   * - λ: α + λ − 1 is the weight of the MMD, which is at most 2. Default: 100. (objective `info`)
   * - λ, weight of the MMD, which is at most 2. Default: 100. (objective `wae`)
   */
  readonly lambda?: OptionOf<'lambda'>;
  /**
   * Imq: C / (C + ‖z − z′‖²), or rbf: exp(−‖z − z′‖² / C), with C = 2 n σ² for n latent dimensions. Default: imq. (objective `info`, `wae`)
   */
  readonly kernel?: OptionOf<'kernel'>;
  /**
   * σ of the kernel: for 1, C is the mean squared distance of two draws of N(0, I). Default: 1. (objective `info`, `wae`)
   */
  readonly bandwidth?: OptionOf<'bandwidth'>;
  /**
   * β, weight of ½‖z‖². Default: 0.1. (objective `rae`)
   */
  readonly codeWeight?: OptionOf<'codeWeight'>;
  /**
   * L2: squares of the decoder's weights; gradient-penalty: squares of the decoder's slopes, by random projections; none: for a network with decoderNorm spectral. Default: l2. (objective `rae`)
   */
  readonly regularizer?: OptionOf<'regularizer'>;
  /**
   * λ, weight of the regulariser of the decoder. Default: 0.01. (objective `rae`)
   */
  readonly regularizerWeight?: OptionOf<'regularizerWeight'>;
  /**
   * Random projections that a gradient penalty is estimated by, each a pass of the gradient. Default: 1. (objective `rae`)
   */
  readonly projections?: OptionOf<'projections'>;
  /**
   * β, weight of the squared distance from what the encoder says to its codes. Default: 0.25. (objective `vq`)
   */
  readonly commitment?: OptionOf<'commitment'>;
  /**
   * α, weight of the classifier on the labelled examples, as if all N were labelled; the paper's is 0.1. Default: 10. (objective `m2`)
   */
  readonly classifierWeight?: OptionOf<'classifierWeight'>;
}
