/** Means over examples, in nats. */
export interface ElboMeans {
  readonly elbo: number;
  readonly reconstruction: number;
  readonly kl: number;
}

/** On held-out examples. */
export interface ValidationMeans extends ElboMeans {
  /** The mean ELBO without those explained worst, where training compares epochs by it (`validationTrim`). */
  readonly trimmedElbo?: number;
}

/** What an epoch came to. */
export interface EpochMeans {
  /** Mean over the epoch's batches, with the parameters as they were at each. */
  readonly training: ElboMeans;
  /** On the held-out examples, after the epoch; absent without a validation split. */
  readonly validation?: ValidationMeans;
}

export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1. */
  readonly epoch: number;
  /** Steps taken since training began, counted from 1, and how many there will be. */
  readonly step: number;
  readonly totalSteps: number;
  /** In the batch. */
  readonly examples: number;
  /** What the step minimised: β KL − reconstruction, a mean over the batch. */
  readonly loss: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly beta: number;
  readonly learningRate: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  /** Wall time of the step with its batch, in milliseconds. */
  readonly stepMs: number;
}

export interface EpochEvent extends EpochMeans {
  readonly event: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** Whether this is the best epoch so far: the one whose parameters are kept. */
  readonly best: boolean;
  readonly seconds: number;
}

/** The end, with what the last epoch completed came to, if there was one. */
export interface DoneEvent extends Partial<EpochMeans> {
  readonly event: 'done';
  readonly reason: 'finished' | 'stopped-early' | 'interrupted';
  /** Epochs completed. */
  readonly epochs: number;
  readonly steps: number;
  /** The epoch whose parameters the result has. */
  readonly bestEpoch: number;
  /** Median wall time of a step, in milliseconds; 0 where none was taken, as a training that had ended was resumed. */
  readonly stepMs: number;
  /** Since this training began, or was resumed. */
  readonly seconds: number;
}

export type TrainingEvent = StepEvent | EpochEvent | DoneEvent;
