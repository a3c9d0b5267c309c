/** Means over examples, in nats. */
export interface ElboMeans {
  /** As `kl`, absent where the posterior has no density (`deterministic`). */
  readonly elbo?: number;
  readonly reconstruction: number;
  readonly kl?: number;
  /** These and the objective's other ones, by name; absent in records of earlier versions. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** On held-out examples. */
export interface ValidationMeans extends ElboMeans {
  /** The mean ELBO without those explained worst, where training compares epochs by it (`validationTrim`). */
  readonly trimmedElbo?: number;
  /** What epochs are compared by: one of the metrics; absent in records of earlier versions, which have the ELBO. */
  readonly criterion?: { readonly metric: string; readonly direction: 'max' | 'min'; readonly value: number };
}

/** What an epoch came to. */
export interface EpochMeans {
  /** Mean over the epoch's batches, with the parameters as they were at each. */
  readonly training: ElboMeans;
  /** On the held-out examples, after the epoch; absent without a validation split. */
  readonly validation?: ValidationMeans;
}

/** A training step was taken: its loss and metrics, means over the batch, in nats. */
export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken since training began, counted from 1, and how many there will be. */
  readonly step: number;
  readonly totalSteps: number;
  /** In the batch. */
  readonly examples: number;
  /** What the step minimised, a mean over the batch: for the ELBO β KL − reconstruction. */
  readonly loss: number;
  readonly reconstruction: number;
  /** Absent where the posterior has no density. */
  readonly kl?: number;
  /** Weight of the KL term; 1 where the objective has none. */
  readonly beta: number;
  /** What the objective says of the batch, by name: the two terms above and its own. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Its numbers that may change over the steps, as they were at this one. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  /** Of that of the objective's own parameters, where it has some. */
  readonly ownGradientNorm?: number;
  /** Wall time of the step with its batch, in milliseconds. */
  readonly stepMs: number;
}

/** An epoch has ended: its means, validation, and whether it is the best so far. */
export interface EpochEvent extends EpochMeans {
  readonly event: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** Whether this is the best epoch so far: the one whose parameters are kept. */
  readonly best: boolean;
  /** As they were at the epoch's last step: the learning rate, and the objective's numbers that may change over the steps. */
  readonly learningRate: number;
  readonly scalars: Readonly<Record<string, number>>;
  /** Of the held-out examples: latent dimensions whose posterior mean varies. Absent where the posterior is not Gaussian. */
  readonly activeUnits?: number;
  /** Of them too: mean KL(q(zᵢ|x) ‖ N(0, 1)) of each latent dimension, nats. Absent where the prior is another. */
  readonly klPerDimension?: readonly number[];
  readonly seconds: number;
}

/** A step whose loss or gradient is NaN or infinite, or after which a parameter is, and what was done about it. */
export interface NonFiniteEvent {
  readonly event: 'non-finite';
  readonly policy: 'stop' | 'skip' | 'rollback';
  readonly action: 'stopped' | 'skipped' | 'rolled-back';
  readonly epoch: number;
  /** The step at which it was found, counted from 1. */
  readonly failedStep: number;
  /** The step where the training stands now: after a rollback, the one that it went back to. */
  readonly step: number;
  /** `loss NaN and gradient norm NaN`, `Infinity in encoder.0.weight`. */
  readonly what: string;
  /** Where it arose: `NaN in exp of decoder at [3, 17]`. Of the first few only, as it takes long to find. */
  readonly place?: string;
  /** How many in a row this was. */
  readonly inARow: number;
  /** Steps left out so far. */
  readonly skipped?: number;
  /** Rollbacks so far. */
  readonly rollbacks?: number;
  /** What the learning rate is multiplied with from here on. */
  readonly learningRateFactor?: number;
}

/** The end, with what the last epoch completed came to, if there was one. */
export interface DoneEvent extends Partial<EpochMeans> {
  readonly event: 'done';
  readonly reason: 'finished' | 'stopped-early' | 'interrupted';
  /** Epochs completed. */
  readonly epochs: number;
  readonly steps: number;
  /** Of the steps, those whose update was left out as it was not finite; absent when there are none. */
  readonly skipped?: number;
  /** How often training went back, for the same reason; absent when it did not. */
  readonly rollbacks?: number;
  /** The epoch whose parameters the result has. */
  readonly bestEpoch: number;
  /** Median wall time of a step, in milliseconds; 0 where none was taken, as a training that had ended was resumed. */
  readonly stepMs: number;
  /** Mean wall time of a step: well above the median where another program takes the cores now and then. */
  readonly meanStepMs: number;
  /** Since this training began, or was resumed. */
  readonly seconds: number;
}

/** What happens in a training; told apart by `event`. */
export type TrainingEvent = StepEvent | EpochEvent | NonFiniteEvent | DoneEvent;
