import { rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { threadCount } from '../../engine/index.ts';
import type { ActivationName } from '../../graph/index.ts';
import { configChoices } from '../../io/index.ts';
import type { JsonValue, OptimizerConfig, RunConfig, ScheduleConfig, TrainingConfig } from '../../io/index.ts';
import type { NoiseStddev, Normalization } from '../../models/index.ts';
import type { LikelihoodName } from '../model/likelihood.ts';

/** What a model is and how it trains: the options of `train`, flat, as the command line has them. */
export interface ModelOptions {
  /** How Σ(x) is parameterised. Default: diagonal. */
  readonly posterior?: 'isotropic' | 'diagonal' | 'full' | 'low-rank';
  /** Which Σ^{1/2} a full posterior's head emits. Default: symmetric. */
  readonly root?: 'symmetric' | 'cholesky';
  /** Columns of W in D + W Wᵀ, for a low-rank posterior. Default: 2. */
  readonly rank?: number;
  /** Dimensions of z. Default: 16. */
  readonly latent?: number;
  /**
   * What encoder and decoder are: dense layers, stride-2 convolutions, or those with residual blocks. Default: dense; conv
   * for images in colour or with more than 32 rows or columns.
   */
  readonly network?: 'dense' | 'conv' | 'residual';
  /** Channels after each halving of the image. Default: 32, 64, 128, … until the shorter side is at most 8. */
  readonly channels?: readonly number[];
  /** Of a network of convolutions, before each activation. Default: none; in residual networks group. */
  readonly normalization?: Normalization;
  /** Share of a convolution's outputs that training drops. Default: 0. */
  readonly dropout?: number;
  /**
   * Widths of the encoder's hidden layers; the decoder has them in reverse. Default: [400]; for tables [128, 128]; after
   * convolutions none.
   */
  readonly hidden?: readonly number[];
  /** Default: relu. */
  readonly activation?: ActivationName;
  /**
   * What p(x|z) is. Default, by the data: `bernoulli` for images, `gaussian` for numbers outside [0, 1], `mixed` for tables
   * (each column a density of its own kind).
   */
  readonly likelihood?: LikelihoodName;
  /**
   * Standard deviation of a Gaussian or Laplace likelihood, or of the numeric columns of a mixed one: a fixed number, or
   * learned: one for all dimensions (`shared`, the default), one for each (`per-dimension`, that of mixed ones), or given by
   * the decoder for each example (`head`).
   */
  readonly stddev?: NoiseStddev;
  /** Classes of a categorical likelihood (default: the data's last axis) or levels of an ordinal one. */
  readonly classes?: number;
  /**
   * How grey values become 0 and 1: drawn anew at each step with the value as probability (`dynamic`, the default under a
   * Bernoulli likelihood), 1 from 0.5 up (`threshold`), or left alone (`none`, the default under any other).
   */
  readonly binarize?: 'dynamic' | 'threshold' | 'none';
  /** Weight of the KL term. Default: 1. */
  readonly beta?: number;
  /** Default: 20, and more with fewer than some ten thousand examples, up to 1,500 steps (tables: 3,000). */
  readonly epochs?: number;
  /** Default: 128, at most a quarter of the examples. */
  readonly batchSize?: number;
  /** Default: adam. */
  readonly optimizer?: OptimizerConfig['name'];
  /** Default: 0.001. */
  readonly learningRate?: number;
  /** For adamw. Default: 0.01. */
  readonly weightDecay?: number;
  /** For sgd. Default: 0. */
  readonly momentum?: number;
  /** How the learning rate falls. Default: constant. */
  readonly schedule?: ScheduleConfig['name'];
  /** Steps over which the learning rate rises from 0. Default: 0. */
  readonly warmupSteps?: number;
  /** Cut the gradient's global norm to this. Default: no clipping. */
  readonly clipNorm?: number;
  /**
   * For data that hold anomalies: after the first twentieth of the epochs, each leaves out this share of the examples, those
   * that the model explains worst. Twice the share of anomalies is a good choice. Default: 0.
   */
  readonly trim?: number;
  /** Share of the training examples held out to choose the best epoch. Default: 0.1. */
  readonly validation?: number;
  /**
   * Share of the held-out examples, those that the model explains worst, that choosing the best epoch leaves out: one row
   * unlike any other would decide alone. Default: 0; for tables 0.2, and at least `trim`.
   */
  readonly validationTrim?: number;
  /** Stop after so many epochs without a better validation ELBO. Default: never. */
  readonly patience?: number;
  /**
   * What to do where a step's loss or gradient is NaN or infinite: `stop` with an error that names where it arose (the default),
   * `skip` its update, or `rollback`: back to the last state that was kept, on with other noise and half the learning rate.
   * Either ends as `stop` after ten in a row.
   */
  readonly onNan?: NonNullable<TrainingConfig['onNan']>;
  /** Same seed, machine and threads: the same numbers to the bit. Default: 0. */
  readonly seed?: number;
  /** Threads that share the work: rows of a batch in training, parts of an op elsewhere. Default: the physical cores. */
  readonly threads?: number;
  /** The configuration to start from instead of the defaults; the options above change it. `readOptions` gets one. */
  readonly config?: RunConfig;
  /** Entries of config.json by their path, over everything else: { 'training.optimizer.beta1': 0.8 }. */
  readonly set?: Readonly<Record<string, JsonValue>>;
}

const share = rule.number({ least: 0, below: 1 });
const { posterior, root, network, normalization, activation, likelihood, binarize, schedule } = configChoices;

/** What each option may be, whatever the data are. */
export const modelOptionRules: OptionRules<ModelOptions> = {
  posterior: rule.oneOf(posterior),
  root: rule.oneOf(root),
  rank: rule.whole(1),
  latent: rule.whole(1),
  network: rule.oneOf(network.filter((name) => name !== 'custom')),
  channels: rule.listOf(rule.whole(1), 'whole numbers of at least 1', 1),
  normalization: rule.oneOf(normalization),
  dropout: share,
  hidden: rule.listOf(rule.whole(1), 'whole numbers of at least 1'),
  activation: rule.oneOf(activation),
  likelihood: rule.oneOf(likelihood),
  stddev: rule.either(rule.number({ above: 0 }), rule.oneOf(configChoices.stddev)),
  classes: rule.whole(2),
  binarize: rule.oneOf(binarize),
  beta: rule.number({ least: 0 }),
  epochs: rule.whole(1),
  batchSize: rule.whole(1),
  optimizer: rule.oneOf(['adam', 'adamw', 'sgd']),
  learningRate: rule.number({ above: 0 }),
  weightDecay: rule.number({ least: 0 }),
  momentum: share,
  schedule: rule.oneOf(schedule),
  warmupSteps: rule.whole(0),
  clipNorm: rule.number({ above: 0 }),
  trim: share,
  validation: share,
  validationTrim: share,
  patience: rule.whole(1),
  onNan: rule.oneOf(configChoices.onNan),
  seed: rule.seed,
  threads: threadCount,
  config: rule.object,
  set: rule.object,
};

/** Every option that a file of options may have. */
export const optionNames: readonly string[] = Object.keys(modelOptionRules).filter((name) => name !== 'config');
