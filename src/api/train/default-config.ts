import type { Dataset } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { LikelihoodRow } from '../../models/index.ts';
import { defaultLikelihoods, likelihoodRowOf } from '../model/likelihood.ts';

/** What a run's configuration says besides what its data are. */
export type BaseConfig = Pick<RunConfig, 'model' | 'objective' | 'training'> & {
  readonly data: Pick<RunConfig['data'], 'binarize'>;
};

const general: BaseConfig = {
  data: { binarize: 'dynamic' },
  model: {
    latent: 16,
    prior: { name: 'standard-normal' },
    posterior: { name: 'diagonal' },
    likelihood: { name: 'bernoulli' },
    network: { name: 'dense' },
  },
  objective: { name: 'elbo' },
  training: {
    epochs: 20,
    batchSize: 128,
    optimizer: { name: 'adam', learningRate: 1e-3 },
    schedule: { name: 'constant' },
    validation: 0.1,
    seed: 0,
  },
};

/** What the defaults go by. */
export type DataFacts = Pick<Dataset, 'support' | 'size' | 'sampleShape'>;

/** What nobody asked otherwise, by the data: a likelihood that fits their support, and for tables a size that fits theirs. */
export function defaultsFor(dataset: DataFacts): BaseConfig {
  if (dataset.support === 'table') return forTable(withLikelihood(general, builtIn('mixed')), dataset.size);
  const usual = isColorImage(dataset) ? 'gaussian' : defaultLikelihoods[dataset.support];
  const base = withLikelihood(general, builtIn(usual));
  return withEnoughSteps(base, dataset.size * (1 - base.training.validation), usualSteps);
}

/** Colours are no probabilities of ink: drawn as 0 or 1 they would be confetti. */
function isColorImage({ sampleShape }: DataFacts): boolean {
  return sampleShape.length === 3 && sampleShape[2] === 3;
}

/** What 20 epochs of some ten thousand examples are. With less, a network has hardly begun. */
const usualSteps = 1500;
/** A table has few rows, some hundred or thousand, and its rows few numbers: this many steps bring it to its best epoch. */
const tableSteps = 3000;

/** Few examples make up for it with more epochs; the best one is kept, so too many cost time only. */
function withEnoughSteps(base: BaseConfig, examples: number, steps: number): BaseConfig {
  const { batchSize, epochs } = quarterBatches(base.training, examples);
  const stepsPerEpoch = Math.max(1, Math.floor(examples / batchSize));
  const training = { ...base.training, batchSize, epochs: Math.max(epochs, Math.round(steps / stepsPerEpoch)) };
  return { ...base, training };
}

/** At most a quarter of the examples a batch, a power of two of at most 128. */
function quarterBatches(training: BaseConfig['training'], examples: number): BaseConfig['training'] {
  return { ...training, batchSize: 2 ** Math.max(0, Math.min(7, Math.floor(Math.log2(examples / 4)))) };
}

/**
 * Of some twenty rows that a small table holds out, one that is unlike all others costs more with every epoch in which the
 * rest are explained better: by the mean of all, the best epoch is the first (one of five seeds on 214 panes of glass).
 */
const tableValidationTrim = 0.2;

function forTable(general: BaseConfig, rows: number): BaseConfig {
  const base = withEnoughSteps(general, rows * (1 - general.training.validation), tableSteps);
  return {
    ...base,
    model: { ...base.model, network: { name: 'dense', hidden: [128, 128] } },
    training: { ...base.training, validationTrim: tableValidationTrim },
  };
}

/** Another likelihood than the base's brings its own way with grey values. */
export function withLikelihood(
  base: BaseConfig,
  { name, isBinary = false }: Pick<LikelihoodRow, 'name' | 'isBinary'>,
): BaseConfig {
  if (name === base.model.likelihood.name) return base;
  const binarize = isBinary ? 'dynamic' : 'none';
  return { ...base, data: { binarize }, model: { ...base.model, likelihood: { name } } };
}

function builtIn(name: string): LikelihoodRow {
  return likelihoodRowOf({ likelihood: { name } });
}
