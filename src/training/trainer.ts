import { NumericalError, noticesTo, takeTurns } from '../core/index.ts';
import type { OnNotice } from '../core/index.ts';
import { stepsPerEpoch, trainingBatches } from '../data/index.ts';
import type { Engine } from '../engine/index.ts';
import type { TrainingConfig } from '../io/index.ts';
import type { Vae } from '../models/index.ts';
import { initializeParameters } from '../nn/index.ts';
import { ElboProgram } from '../objectives/index.ts';
import type { Examples } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { Checkpoint, Progress } from './checkpoint.ts';
import { patienceIsOver, updatePatience } from './early-stopping.ts';
import type { EpochEvent, StepEvent, TrainingEvent, ValidationMeans } from './events.ts';
import type { NamedParameters } from './parameter-store.ts';
import { Replicas } from './replicas/replicas.ts';
import { learningRateFactor } from './schedule.ts';
import { StepTimes } from './step-times.ts';
import { trimmedCount, without, worstExamples } from './trim.ts';
import { meanElbo } from './validation.ts';

export interface TrainerOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly training: Examples;
  /** Held-out examples; without them the last epoch's parameters are the result. */
  readonly validation?: Examples | undefined;
  readonly config: TrainingConfig;
  /** Weight of the KL term. Default: 1. */
  readonly beta?: number;
  /** Where an earlier run stopped; it continues to the bit as if it had not. */
  readonly resume?: Checkpoint | undefined;
  /** How many threads share a step, each taking rows of the batch. Default: what the engine's threads allow. */
  readonly replicas?: number | undefined;
  /** Gets what a person should know, one line each. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
  /** The module that the threads run, where it does not lie beside this one. */
  readonly followerEntry?: URL | undefined;
}

/** Independent streams of the seed, one for each use. */
const streams = { initialization: 0, binarization: 1, noise: 2, validation: 3, trimming: 4 } as const;

const start: Progress = {
  epoch: 0,
  batch: 0,
  sums: { reconstruction: 0, kl: 0 },
  bestEpoch: 0,
  bestElbo: null,
  patience: { reference: null, waited: 0 },
};

/** Trains a model: an iteration over its events, from any point at which a checkpoint was taken. */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #seed: Key;
  readonly #replicas: Replicas;
  /** For the validation examples, and to find those that an epoch leaves out. */
  readonly #elbo: ElboProgram | undefined;
  readonly #times = new StepTimes();
  #progress: Progress;
  #best: NamedParameters | undefined;

  private constructor(
    options: TrainerOptions,
    parts: { readonly replicas: Replicas; readonly elbo: ElboProgram | undefined },
  ) {
    const { resume, model, config } = options;
    this.#options = options;
    this.#seed = seedKey(config.seed);
    this.#replicas = parts.replicas;
    this.#elbo = parts.elbo;
    this.#progress = resume?.progress ?? start;
    this.#best = resume?.best;
    const parameters =
      resume?.parameters ?? initializeParameters(model.parameters, foldIn(this.#seed, streams.initialization));
    parts.replicas.load(parameters, resume);
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { engine, model, training, validation, config, replicas: count, followerEntry } = options;
    const onNotice = noticesTo(options.onNotice);
    const fewest = training.size - trimmedCount(training.size, config.trim, Infinity);
    stepsPerEpoch(fewest, config.batchSize); // Refuses a data set smaller than one batch.
    const replicas = await Replicas.start(engine, { model, config, count, onNotice, followerEntry });
    try {
      const needed = validation ?? config.trim;
      const elbo = needed && (await ElboProgram.compile(engine, model, replicas.store.parameters));
      return new Trainer(options, { replicas, elbo });
    } catch (error) {
      await replicas.dispose();
      throw error;
    }
  }

  /** The parameters as they are now: views that the next step changes. */
  get parameters(): NamedParameters {
    return this.#replicas.store.parameters;
  }

  get parameterCount(): number {
    return this.#replicas.store.count;
  }

  /** The best epoch's parameters where there is a validation split, else the current ones (a copy). */
  result(): NamedParameters {
    return this.#best ?? this.#replicas.store.snapshot();
  }

  /** Everything that a later process needs to continue from here. */
  checkpoint(): Checkpoint {
    return {
      parameters: this.#replicas.store.snapshot(),
      optimizer: this.#replicas.optimizerState(),
      steps: this.#replicas.steps,
      progress: this.#progress,
      ...(this.#best && { best: this.#best }),
    };
  }

  /**
   * Trains to the end, or until `signal` fires: then it stops after the step in flight, and the iteration ends with a
   * `done` event whose reason says so.
   *
   * @throws NumericalError when a loss or gradient is NaN or infinite, naming the step and where it arose
   */
  async *run(signal?: AbortSignal): AsyncGenerator<TrainingEvent, void> {
    const { config } = this.#options;
    const started = performance.now();
    let reason: 'finished' | 'stopped-early' | 'interrupted' = 'finished';
    for (;;) {
      const { epoch, batch, patience } = this.#progress;
      // Asked before an epoch, and not after one: a training that had stopped early stays so when it is resumed.
      if (batch === 0 && patienceIsOver(patience, config.earlyStopping)) {
        reason = 'stopped-early';
        break;
      }
      if (epoch >= config.epochs) break;
      if (!(yield* this.#epoch(signal))) {
        reason = 'interrupted';
        break;
      }
    }
    yield {
      event: 'done',
      reason,
      epochs: this.#progress.epoch,
      steps: this.#replicas.steps,
      bestEpoch: this.#best ? this.#progress.bestEpoch : this.#progress.epoch,
      stepMs: this.#times.median() || 0,
      seconds: (performance.now() - started) / 1000,
      ...this.#progress.last,
    };
  }

  async dispose(): Promise<void> {
    await this.#replicas.dispose();
    await this.#elbo?.dispose();
  }

  /** Steps of an epoch, counted from 0. */
  #stepsIn(epoch: number): number {
    const { training, config } = this.#options;
    return stepsPerEpoch(training.size - trimmedCount(training.size, config.trim, epoch), config.batchSize);
  }

  get #totalSteps(): number {
    const { epochs, trim } = this.#options.config;
    const whole = Math.min(epochs, trim?.warmupEpochs ?? epochs);
    return whole * this.#stepsIn(0) + (epochs - whole) * this.#stepsIn(epochs);
  }

  /** The examples of the epoch under way: all but those that the model explained worst at its start. */
  async #examplesOfEpoch(): Promise<Uint32Array> {
    const { training, config } = this.#options;
    const { epoch, batch } = this.#progress;
    const count = trimmedCount(training.size, config.trim, epoch);
    if (batch === 0 && count > 0 && this.#elbo) {
      const key = foldIn(foldIn(this.#seed, streams.trimming), epoch);
      const trimmed = await worstExamples(this.#elbo, training, { count, key, batchSize: config.batchSize });
      this.#progress = { ...this.#progress, trimmed };
    }
    return without(count > 0 ? (this.#progress.trimmed ?? []) : [], training.size);
  }

  /** One epoch, or what is left of it; false when interrupted. */
  async *#epoch(signal: AbortSignal | undefined): AsyncGenerator<StepEvent | EpochEvent, boolean> {
    const { config } = this.#options;
    const started = performance.now();
    const { epoch } = this.#progress;
    const { batchSize, seed } = config;
    const examples = await this.#examplesOfEpoch();
    const batches = trainingBatches(examples.length, { batchSize, seed, epoch, firstStep: this.#progress.batch });
    for (const { indices } of batches) {
      if (signal?.aborted) return false;
      // The engine blocks its thread while it runs.
      await takeTurns();
      yield await this.#takeStep(indices.map((index) => examples[index] ?? index));
    }
    if (signal?.aborted) return false;
    yield await this.#finishEpoch(started);
    return true;
  }

  async #takeStep(indices: Uint32Array): Promise<StepEvent> {
    const started = performance.now();
    const { training, config, beta = 1 } = this.#options;
    const index = this.#replicas.steps;
    training.read(indices, this.#replicas.batch, foldIn(foldIn(this.#seed, streams.binarization), index));
    const totalSteps = this.#totalSteps;
    const learningRate = config.optimizer.learningRate * learningRateFactor(config.schedule, index, totalSteps);
    const request = { key: foldIn(foldIn(this.#seed, streams.noise), index), beta, learningRate };
    const { gradientNorm, ...values } = await this.#replicas.take(request);
    if (!Number.isFinite(values.loss) || !Number.isFinite(gradientNorm)) {
      const place =
        this.#replicas.locateNonFinite(request) ?? 'only in float32 arithmetic: the float64 re-run stays finite';
      throw new NumericalError(
        `train: step ${index + 1} (epoch ${this.#progress.epoch + 1}) has loss ${values.loss} and gradient norm ${gradientNorm}: ${place}. Lower the learning rate or set a clip norm.`,
      );
    }
    const { sums, batch } = this.#progress;
    this.#progress = {
      ...this.#progress,
      batch: batch + 1,
      sums: { reconstruction: sums.reconstruction + values.reconstruction, kl: sums.kl + values.kl },
    };
    const stepMs = performance.now() - started;
    this.#times.add(stepMs);
    return {
      event: 'step',
      epoch: this.#progress.epoch + 1,
      step: index + 1,
      totalSteps,
      examples: indices.length,
      ...values,
      beta,
      learningRate,
      gradientNorm,
      stepMs,
    };
  }

  async #finishEpoch(started: number): Promise<EpochEvent> {
    const { sums, epoch, patience } = this.#progress;
    const steps = this.#stepsIn(epoch);
    const [reconstruction, kl] = [sums.reconstruction / steps, sums.kl / steps];
    const validation = await this.#validate();
    const criterion = validation?.trimmedElbo ?? validation?.elbo;
    const { bestElbo } = this.#progress;
    const last = {
      training: { elbo: reconstruction - kl, reconstruction, kl },
      ...(validation && { validation }),
    };
    const best = criterion === undefined || bestElbo === null || criterion > bestElbo;
    if (criterion !== undefined && best) this.#best = this.#replicas.store.snapshot();
    this.#progress = {
      epoch: epoch + 1,
      batch: 0,
      sums: { reconstruction: 0, kl: 0 },
      bestEpoch: best ? epoch + 1 : this.#progress.bestEpoch,
      bestElbo: best ? (criterion ?? null) : bestElbo,
      patience: updatePatience(patience, criterion, this.#options.config.earlyStopping),
      last,
    };
    return {
      event: 'epoch',
      epoch: epoch + 1,
      epochs: this.#options.config.epochs,
      step: this.#replicas.steps,
      ...last,
      best,
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** The same noise every epoch, so that epochs differ by their parameters only. */
  async #validate(): Promise<ValidationMeans | undefined> {
    const { validation, config } = this.#options;
    if (!validation || !this.#elbo) return undefined;
    const key = foldIn(this.#seed, streams.validation);
    return meanElbo(this.#elbo, validation, { key, batchSize: config.batchSize, trim: config.validationTrim ?? 0 });
  }
}
