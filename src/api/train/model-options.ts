import { rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { threadCount } from '../../engine/index.ts';
import { partOptionRules, presetRule, trainingChoices } from '../../config/index.ts';
import { binarizeChoices } from '../../data/index.ts';
import type { JsonValue } from '../../io/index.ts';
import type {
  OptimizerConfig,
  PartOptionsOfModel,
  RunConfig,
  ScheduleConfig,
  TrainingConfig,
} from '../../config/index.ts';

/** What a model is and how it trains: the options of `train`, flat, as the command line has them. */
export interface ModelOptions extends PartOptionsOfModel {
  /** Dimensions of z. Default: 16. */
  readonly latent?: number;
  /**
   * What the model is given of each example and does not model, p(x|c): `label`, an example's class, or columns of a table. Encoder
   * and decoder get it, and the prior `conditional-normal`. Default: nothing.
   */
  readonly condition?: string | readonly string[] | undefined;
  /**
   * With the objective `m2`, of data that have labels: how many examples keep theirs, of each class by its share; the others are learned from
   * without. Default: all.
   */
  readonly labelled?: number | undefined;
  /**
   * How grey values become 0 and 1: drawn anew at each step with the value as probability (`dynamic`, the default under a
   * Bernoulli likelihood), 1 from 0.5 up (`threshold`), or left alone (`none`, the default under any other).
   */
  readonly binarize?: 'dynamic' | 'threshold' | 'none';
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
  /** A name of `presets`: options to start from instead of the defaults; the options above change them. */
  readonly preset?: string;
  /** The configuration to start from instead of the defaults; the options above change it. `readOptions` gets one. */
  readonly config?: RunConfig;
  /** Entries of config.json by their path, over everything else: { 'training.optimizer.beta1': 0.8 }. */
  readonly set?: Readonly<Record<string, JsonValue>>;
}

const share = rule.number({ least: 0, below: 1 });

/** What each option may be, whatever the data are. */
export const modelOptionRules: OptionRules<ModelOptions> = {
  ...partOptionRules,
  latent: rule.whole(1),
  condition: rule.either(rule.text, rule.listOf(rule.text, 'names', 1)),
  labelled: rule.whole(1),
  binarize: rule.oneOf(binarizeChoices),
  epochs: rule.whole(1),
  batchSize: rule.whole(1),
  optimizer: rule.oneOf(['adam', 'adamw', 'sgd']),
  learningRate: rule.number({ above: 0 }),
  weightDecay: rule.number({ least: 0 }),
  momentum: share,
  schedule: rule.oneOf(trainingChoices.schedule),
  warmupSteps: rule.whole(0),
  clipNorm: rule.number({ above: 0 }),
  trim: share,
  validation: share,
  validationTrim: share,
  patience: rule.whole(1),
  onNan: rule.oneOf(trainingChoices.onNan),
  seed: rule.seed,
  threads: threadCount,
  preset: presetRule,
  config: rule.object,
  set: rule.object,
};

/** Every option that a file of options may have. */
export const optionNames: readonly string[] = Object.keys(modelOptionRules).filter((name) => name !== 'config');
