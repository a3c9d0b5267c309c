import { ValueError, rule } from '../core/index.ts';
import type { PartOptionsOfModel } from './part-options.ts';

/** What a preset may set: parts and their options, flat, and what belongs to them. */
export interface PresetOptions extends PartOptionsOfModel {
  readonly latent?: number;
  readonly condition?: string;
  readonly trim?: number;
}

/** Options under a name, to begin with: `train --preset beta-tc-vae`. What else is given goes over it. */
export interface Preset {
  readonly name: string;
  /** One line: what it is. */
  readonly summary: string;
  /** One line: when to choose it. */
  readonly when: string;
  readonly options: PresetOptions;
}

/** Every preset. A row of names and numbers: what it is made of, docs/models.md describes. */
export const presets: readonly Preset[] = [
  {
    name: 'vae',
    summary: 'the plain VAE: a diagonal Gaussian posterior, N(0, I) as prior, the ELBO',
    when: 'you begin, or compare',
    options: { posterior: 'diagonal', prior: 'standard-normal', objective: 'elbo' },
  },
  {
    name: 'beta-vae',
    summary: 'the ELBO with its KL term four times',
    when: 'you want dimensions that mean something by themselves, and can do with blurred reconstructions',
    options: { objective: 'elbo', beta: 4 },
  },
  {
    name: 'warm-up',
    summary: 'the ELBO whose KL term comes in over the first half of the steps',
    when: 'latent dimensions go unused (`evaluate`: active units)',
    options: { objective: 'elbo', beta: { value: 1, schedule: 'linear' } },
  },
  {
    name: 'cyclical',
    summary: 'the ELBO whose KL term comes in four times over',
    when: 'a warm-up leaves dimensions unused',
    options: { objective: 'elbo', beta: { value: 1, schedule: 'cyclical', cycles: 4 } },
  },
  {
    name: 'beta-tc-vae',
    summary: 'the KL term in three, with weight 6 on the total correlation of z',
    when: 'you want disentangled dimensions at less cost of reconstruction than beta-vae',
    options: { objective: 'beta-tc', beta: 6 },
  },
  {
    name: 'factor-vae',
    summary: 'the total correlation by a discriminator that tells codes from shuffled ones',
    when: 'you want disentangled dimensions, and beta-tc-vae has too few examples a batch',
    options: { objective: 'factor' },
  },
  {
    name: 'capacity-vae',
    summary: 'the KL term held at a capacity that grows from 0 to 25 nats (DisentangledBetaVAE of Pythae)',
    when: 'you want disentangled dimensions that come into use one after the other',
    options: { objective: 'capacity' },
  },
  {
    name: 'free-bits-vae',
    summary: 'half a nat of each latent dimension costs nothing',
    when: 'latent dimensions collapse onto the prior',
    options: { objective: 'free-bits', freeBits: 0.5 },
  },
  {
    name: 'iwae',
    summary: 'the importance-weighted bound of five draws',
    when: 'you want the best likelihood of a plain model, and can wait some five times as long',
    options: { objective: 'iwae', draws: 5 },
  },
  {
    name: 'iwae-dreg',
    summary: 'the same, whose encoder follows the doubly reparameterised gradient',
    when: 'iwae with many draws trains its encoder badly',
    options: { objective: 'iwae', draws: 5, gradient: 'dreg' },
  },
  {
    name: 'miwae',
    summary: 'the mean of two importance-weighted bounds of five draws each',
    when: 'gradients of iwae are too noisy',
    options: { objective: 'miwae', draws: 5, bounds: 2 },
  },
  {
    name: 'ciwae',
    summary: 'half of the ELBO and half of the importance-weighted bound of five draws',
    when: 'you want some of iwae without its effect on the encoder',
    options: { objective: 'ciwae', draws: 5, beta: 0.5 },
  },
  {
    name: 'piwae',
    summary: 'ten draws for the decoder as in iwae, two bounds of five for the encoder as in miwae',
    when: 'you want a tight bound and a well trained encoder',
    options: { objective: 'piwae', draws: 5, bounds: 2 },
  },
  {
    name: 'renyi-vae',
    summary: 'the Rényi bound of order ½ of five draws',
    when: 'you want something between the ELBO and iwae',
    options: { objective: 'renyi', draws: 5, order: 0.5 },
  },
  {
    name: 'dip-vae-i',
    summary: "the posteriors' means drawn to be uncorrelated over the data",
    when: 'you want uncorrelated dimensions at no cost of the KL term',
    options: { objective: 'dip', variant: 'i' },
  },
  {
    name: 'dip-vae-ii',
    summary: 'all codes, with their spread, drawn to be uncorrelated over the data',
    when: 'dip-vae-i leaves posteriors too narrow',
    options: { objective: 'dip', variant: 'ii' },
  },
  {
    name: 'info-vae',
    summary: 'half of the KL term, and an MMD that draws all codes together to the prior',
    when: 'the KL term makes codes tell too little of x',
    options: { objective: 'info', alpha: 0.5, lambda: 100 },
  },
  {
    name: 'wae-mmd',
    summary: 'reconstruction, and an MMD that draws all codes together to the prior; no KL term',
    when: 'you want sharp reconstructions and samples, and no likelihood',
    options: { objective: 'wae', lambda: 100 },
  },
  {
    name: 'wae-deterministic',
    summary: 'reconstruction and the same MMD of codes without noise, as in the paper',
    when: 'you want sharp reconstructions and samples, and a code that is one point',
    options: { posterior: 'deterministic', objective: 'wae', lambda: 100 },
  },
  {
    name: 'ae',
    summary: 'the plain autoencoder: reconstruction, and nothing else',
    when: 'you want codes to compress or compare by, and no new examples',
    options: { posterior: 'deterministic', objective: 'ae' },
  },
  {
    name: 'rae-l2',
    summary: "codes near 0 and small decoder's weights; samples from a mixture fitted after training",
    when: 'you want sharp samples at the cost of a step of an autoencoder, and no likelihood',
    options: { posterior: 'deterministic', prior: 'ex-post-mixture', objective: 'rae', regularizer: 'l2' },
  },
  {
    name: 'rae-gp',
    summary: 'the same, with a decoder whose slopes are small in place of its weights',
    when: 'rae-l2 is not smooth between codes; a step takes the gradient of a gradient',
    options: {
      ...{ posterior: 'deterministic', prior: 'ex-post-mixture', objective: 'rae' },
      ...{ regularizer: 'gradient-penalty', regularizerWeight: 0.01 },
    },
  },
  {
    name: 'rae-sn',
    summary: "the same, with the decoder's weights over their largest singular values",
    when: 'you want a bound on how much the decoder stretches, and can wait: of the three it learns by far the most slowly',
    options: {
      ...{ posterior: 'deterministic', prior: 'ex-post-mixture', objective: 'rae' },
      ...{ regularizer: 'none', codeWeight: 0.001, decoderNorm: 'spectral' },
    },
  },
  {
    name: 'vq-vae',
    summary: 'z as 16 codes of 4 numbers, of a book of 64 that follows the encoder',
    when: 'you want few discrete codes: each example is 16 of 64, which is 96 bits; samples come from a tree over the codes, fitted after training',
    options: {
      ...{ posterior: 'vector-quantized', prior: 'chow-liu', objective: 'vq' },
      ...{ latent: 64, codes: 64, codeSize: 4 },
    },
  },
  {
    name: 'vamp-vae',
    summary: 'the mixture of the posteriors of 500 learned pseudo-inputs as prior',
    when: 'you generate: samples come from where the data lie',
    options: { prior: 'vamp', pseudoInputs: 500 },
  },
  {
    name: 'full-vae',
    summary: 'a full Σ(x) for each example, by its symmetric root Σ^{1/2}',
    when: 'you want the best ELBO of a Gaussian posterior, or honest correlations, with latent up to a hundred',
    options: { posterior: 'full', root: 'symmetric' },
  },
  {
    name: 'low-rank-vae',
    summary: 'Σ(x) = D + W Wᵀ with two columns',
    when: 'a full Σ is too large and a few directions go together',
    options: { posterior: 'low-rank', rank: 2 },
  },
  {
    name: 'planar-vae',
    summary: 'a posterior bent by eight planar flows',
    when: 'latent is small and posteriors are skewed or have two modes',
    options: { posterior: 'planar', flows: 8 },
  },
  {
    name: 'sylvester-vae',
    summary: 'a posterior bent by four Sylvester flows, in eight directions each',
    when: 'posteriors are no Gaussians and planar flows are too few directions',
    options: { posterior: 'sylvester', flows: 4 },
  },
  {
    name: 'iaf-vae',
    summary: 'a posterior bent by four inverse autoregressive flows',
    when: 'posteriors are no Gaussians and latent is large',
    options: { posterior: 'iaf', flows: 4 },
  },
  {
    name: 'householder-vae',
    summary: 'a full Σ(x) as a diagonal one turned by four reflections',
    when: 'a full Σ has too many numbers',
    options: { posterior: 'householder', reflections: 4 },
  },
  {
    name: 'mixture-vae',
    summary: 'a learned mixture of 50 Gaussians as prior',
    when: 'data lie in clusters',
    options: { prior: 'gaussian-mixture', components: 50 },
  },
  {
    name: 'realnvp-vae',
    summary: 'a prior by six affine couplings',
    when: 'you generate, and vamp-vae is too slow',
    options: { prior: 'realnvp', priorFlows: 6 },
  },
  {
    name: 'cvae',
    summary: 'a model of images given their class, in encoder, decoder and prior',
    when: 'examples have labels, and you want to draw of a class that you name: `sample RUN --given label=3`',
    options: { condition: 'label', prior: 'conditional-normal' },
  },
  {
    name: 'm2',
    summary: 'semi-supervised: a classifier, and a model of images given their class, which may be unknown',
    when: 'few of many examples have labels: empty cells of a table, or `--labelled 100` keeps so many',
    options: { condition: 'label', objective: 'm2' },
  },
  {
    name: 'anomalies',
    summary: 'a plain VAE whose training leaves out the twentieth that it explains worst, each epoch',
    when: 'you look for what is unusual in data that hold it already',
    options: { trim: 0.05 },
  },
];

/** A preset by its name. */
export const presetRule = rule.oneOf(presets.map(({ name }) => name));

/** A preset by its name. @throws ValueError where there is none of that name */
export function presetNamed(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found) return found;
  throw new ValueError(`preset must be ${presetRule.expected}, got '${name}'.`);
}
