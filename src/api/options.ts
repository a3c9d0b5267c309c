import { version } from '../core/index.ts';
import type { ActivationName } from '../graph/index.ts';
import type { OptimizerConfig, RunConfig, ScheduleConfig, TrainingConfig } from '../io/index.ts';
import { configSchemaVersion, parseRunConfig } from '../io/index.ts';
import type { DatasetSplits } from '../data/index.ts';

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
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. Default: [400]. */
  readonly hidden?: readonly number[];
  /** Default: relu. */
  readonly activation?: ActivationName;
  /**
   * How grey values become 0 and 1: drawn anew at each step with the value as probability (`dynamic`, the default), 1
   * from 0.5 up (`threshold`), or left alone (`none`).
   */
  readonly binarize?: 'dynamic' | 'threshold' | 'none';
  /** Weight of the KL term. Default: 1. */
  readonly beta?: number;
  /** Default: 20. */
  readonly epochs?: number;
  /** Default: 128. */
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
  /** Share of the training examples held out to choose the best epoch. Default: 0.1. */
  readonly validation?: number;
  /** Stop after so many epochs without a better validation ELBO. Default: never. */
  readonly patience?: number;
  /** Same seed, machine and threads: the same numbers to the bit. Default: 0. */
  readonly seed?: number;
  /** Threads for the engine. Default: the physical cores. */
  readonly threads?: number;
}

/** The full, checked configuration of a run. @throws ValueError naming each option that does not fit */
export function configFor(splits: DatasetSplits, options: ModelOptions): RunConfig {
  const posterior = options.posterior ?? 'diagonal';
  const { train } = splits;
  return parseRunConfig(
    {
      schemaVersion: configSchemaVersion,
      rootsigmaVersion: version,
      data: {
        source: splits.source,
        kind: train.kind,
        shape: [...train.sampleShape],
        count: train.size,
        binarize: options.binarize ?? 'dynamic',
        ...withValue('options', splits.options),
      },
      model: {
        preset: 'vae',
        posterior,
        ...withValue('root', options.root ?? (posterior === 'full' ? 'symmetric' : undefined)),
        ...withValue('rank', options.rank ?? (posterior === 'low-rank' ? 2 : undefined)),
        latent: options.latent ?? 16,
        hidden: options.hidden ?? [400],
        activation: options.activation ?? 'relu',
        likelihood: 'bernoulli',
      },
      objective: { name: 'elbo', beta: options.beta ?? 1 },
      training: trainingConfig(options),
    },
    { name: 'options' },
  );
}

function trainingConfig(options: ModelOptions): Record<keyof TrainingConfig, unknown> {
  return {
    epochs: options.epochs ?? 20,
    batchSize: options.batchSize ?? 128,
    optimizer: {
      name: options.optimizer ?? 'adam',
      learningRate: options.learningRate ?? 1e-3,
      ...withValue('weightDecay', options.weightDecay),
      ...withValue('momentum', options.momentum),
    },
    schedule: { name: options.schedule ?? 'constant', ...withValue('warmupSteps', options.warmupSteps) },
    ...withValue('clipNorm', options.clipNorm),
    validation: options.validation ?? 0.1,
    ...withValue('earlyStopping', options.patience === undefined ? undefined : { patience: options.patience }),
    seed: options.seed ?? 0,
    ...withValue('threads', options.threads),
  } as Record<keyof TrainingConfig, unknown>;
}

/** { name: value }, or nothing for undefined: an absent option is absent, not `undefined`. */
function withValue<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}
