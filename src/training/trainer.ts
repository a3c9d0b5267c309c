import { metricInWords, noticesTo, takeTurns } from '../core/index.ts';
import type { OnNotice } from '../core/index.ts';
import { trainingBatches } from '../data/index.ts';
import type { Engine } from '../engine/index.ts';
import type { TrainingConfig } from '../config/index.ts';
import type { Vae } from '../models/index.ts';
import type { Communicator } from '../mpi/index.ts';
import { CriterionProgram, LatentStatistics, elboObjective, isBetter, scalarAt } from '../objectives/index.ts';
import type { Examples, TrainingObjective } from '../objectives/index.ts';
import { foldIn, key as seedKey } from '../random/index.ts';
import type { Key } from '../random/index.ts';
import type { Checkpoint, Progress } from './checkpoint.ts';
import { patienceIsOver, updatePatience } from './early-stopping.ts';
import type { EpochEvent, NonFiniteEvent, StepEvent, TrainingEvent } from './events.ts';
import { firstNonFiniteIn, locateInData, rollbackFactor } from './non-finite.ts';
import type { Finding } from './non-finite.ts';
import type { NamedParameters } from './parameter-store.ts';
import { Recovery } from './recovery.ts';
import type { SpareMemory } from './replicas/memory.ts';
import { startSteps } from './replicas/start-steps.ts';
import type { Steps } from './replicas/steps.ts';
import { learningRateFactor } from './learning-rate.ts';
import { startingValues, streams } from './starting-values.ts';
import { StepTimes } from './step-times.ts';
import { TrainingState } from './training-state.ts';
import { stepsIn, stepsInAll, trimmedCount, without, worstExamples } from './trim.ts';
import { meansOfTerms, validate } from './validation.ts';
import type { Validation } from './validation.ts';

/** What a `Trainer` trains, on which examples, and how. */
export interface TrainerOptions {
  readonly engine: Engine;
  readonly model: Vae;
  readonly training: Examples;
  /** Held-out examples; without them the last epoch's parameters are the result. */
  readonly validation?: Examples | undefined;
  readonly config: TrainingConfig;
  /** What is minimised. Default: minus the ELBO. */
  readonly objective?: TrainingObjective;
  /** The model's parameters to start from. Default: drawn. */
  readonly initial?: NamedParameters | undefined;
  /** Where an earlier run stopped; it continues to the bit as if it had not. */
  readonly resume?: Checkpoint | undefined;
  /** How many threads share every step, each taking rows of the batch. Default: as many of the engine's as is fastest at the moment. */
  readonly replicas?: number | undefined;
  /** What memory there is for threads that share steps; as many do as fit. Default: nobody knows, and any number does. */
  readonly spareMemory?: SpareMemory | undefined;
  /** With ranks: the training examples, read by all of them together, as each step does. Default: each reads all of a batch. */
  readonly together?: Examples | undefined;
  /** The processes that train together, each with a trainer of these options; default: this one alone. */
  readonly ranks?: Communicator | undefined;
  /** With ranks: whether this one will take a checkpoint after the next step, for which all give what they have. */
  readonly wantsState?: (() => boolean) | undefined;
  /** Gets what a person should know, one line each. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
  /** The module that the threads run, where it does not lie beside this one. */
  readonly followerEntry?: URL | undefined;
  /** Seconds that another thread may be late in a step, besides 20 times what this one takes for its part. Default: 120. */
  readonly followerPatience?: number | undefined;
}

/** Trains a model: an iteration over its events, from any point at which a checkpoint was taken. */
export class Trainer {
  readonly #options: TrainerOptions;
  readonly #objective: TrainingObjective;
  readonly #seed: Key;
  readonly #replicas: Steps;
  /** For the validation examples, and to find those that an epoch leaves out. */
  readonly #criterion: CriterionProgram | undefined;
  readonly #times = new StepTimes();
  readonly #onNotice: (line: string) => void;
  readonly #state: TrainingState;
  readonly #recovery: Recovery;

  private constructor(
    options: TrainerOptions,
    parts: {
      readonly objective: TrainingObjective;
      readonly replicas: Steps;
      readonly criterion: CriterionProgram | undefined;
    },
  ) {
    const { resume, model, config } = options;
    this.#options = options;
    this.#seed = seedKey(config.seed);
    this.#replicas = parts.replicas;
    this.#objective = parts.objective;
    this.#criterion = parts.criterion;
    this.#onNotice = noticesTo(options.onNotice);
    const { onNan = 'stop' } = config;
    const { store } = parts.replicas;
    this.#state = new TrainingState(parts.replicas, resume, { keepsGood: onNan === 'rollback' });
    this.#recovery = new Recovery(onNan, { state: this.#state, store, onNotice: this.#onNotice });
    const { initial, together: training = options.training } = options;
    const parameters =
      resume?.parameters ?? startingValues({ model, objective: parts.objective, training, initial, seed: this.#seed });
    parts.replicas.load(parameters, resume);
  }

  static async create(options: TrainerOptions): Promise<Trainer> {
    const { engine, model, training, validation, config } = options;
    const onNotice = noticesTo(options.onNotice);
    stepsIn(Infinity, training.size, config); // Refuses a data set smaller than one batch.
    const objective = options.objective ?? elboObjective(model, config.batchSize);
    const replicas = await startSteps(engine, { ...options, objective, count: options.replicas, onNotice });
    try {
      const needed = validation ?? config.trim;
      const compared = { parameters: replicas.store.parameters, criterion: objective.criterion };
      const criterion = needed && (await CriterionProgram.compile(engine, model, compared));
      return new Trainer(options, { objective, replicas, criterion });
    } catch (error) {
      await replicas.dispose();
      throw error;
    }
  }

  /** The parameters as they are now: views that the next step changes. */
  get parameters(): NamedParameters {
    return this.#replicas.store.parameters;
  }

  /** How far it has come. Another object after every step and epoch. */
  get progress(): Progress {
    return this.#state.progress;
  }

  get parameterCount(): number {
    return this.#replicas.store.count;
  }

  /** The model's parameters: the best epoch's where there is a validation split, else the current ones (a copy). */
  result(): NamedParameters {
    return this.#state.best ?? this.#ofModel();
  }

  /** A copy of the model's parameters, without the objective's own, which are for training only. */
  #ofModel(): NamedParameters {
    const own = new Set(this.#objective.parameters.map(({ name }) => name));
    return Object.fromEntries(Object.entries(this.#replicas.store.snapshot()).filter(([name]) => !own.has(name)));
  }

  /**
   * Everything that a later process needs to continue from here.
   * @throws NumericalError where something in it is not finite: such a state is never kept
   */
  checkpoint(): Checkpoint {
    return this.#recovery.checkpoint();
  }

  /** Whether `checkpoint` needs nobody else: among ranks only after what the last of them asked for (`wantsState`), and at the end. */
  get isStateAtHand(): boolean {
    return this.#replicas.isStateAtHand;
  }

  /** Whether the state is not finite and training will go back when it next looks: there is nothing to keep before. */
  isAboutToReturn(): boolean {
    return this.#recovery.isAboutToReturn();
  }

  /**
   * Trains to the end, or until the signal fires: then it stops after the step in flight, and the iteration ends with a
   * `done` event whose reason says so.
   *
   * @throws NumericalError when a loss or gradient is NaN or infinite, naming the step and where it arose, unless
   *   `config.onNan` has it go on
   */
  async *run(given?: AbortSignal): AsyncGenerator<TrainingEvent, void> {
    const { config } = this.#options;
    const signal = this.#replicas.agreedOn(given);
    const started = performance.now();
    let reason: 'finished' | 'stopped-early' | 'interrupted' = 'finished';
    for (;;) {
      const { epoch, batch, patience } = this.#state.progress;
      // Asked before an epoch, and not after one: a training that had stopped early stays so when it is resumed.
      if (batch === 0 && patienceIsOver(patience, config.earlyStopping)) {
        reason = 'stopped-early';
        break;
      }
      if (epoch >= config.epochs) break;
      if ((yield* this.#epoch(signal)) === 'interrupted') {
        yield* this.#recovery.checkParameters();
        reason = 'interrupted';
        break;
      }
    }
    const { skipped, rollbacks } = this.#state.counts;
    this.#replicas.gatherState();
    yield {
      event: 'done',
      reason,
      epochs: this.#state.progress.epoch,
      steps: this.#state.index,
      ...(skipped > 0 && { skipped }),
      ...(rollbacks > 0 && { rollbacks }),
      bestEpoch: this.#state.best ? this.#state.progress.bestEpoch : this.#state.progress.epoch,
      stepMs: this.#times.median() || 0,
      meanStepMs: this.#times.mean() || 0,
      seconds: (performance.now() - started) / 1000,
      ...this.#state.progress.last,
    };
  }

  async dispose(): Promise<void> {
    await this.#replicas.dispose();
    await this.#criterion?.dispose();
  }

  /** The examples of the epoch under way: all but those that the model explained worst at its start. */
  async #examplesOfEpoch(): Promise<Uint32Array> {
    const { training, config, ranks } = this.#options;
    const { epoch, batch } = this.#state.progress;
    const count = trimmedCount(training.size, config.trim, epoch);
    if (batch === 0 && count > 0 && this.#criterion) {
      const key = foldIn(foldIn(this.#seed, streams.trimming), epoch);
      const { batchSize } = config;
      const trimmed = await worstExamples(this.#criterion, training, { count, key, batchSize, ranks });
      this.#state.update({ trimmed });
    }
    return without(count > 0 ? (this.#state.progress.trimmed ?? []) : [], training.size);
  }

  /** One epoch, or what is left of it; after a rollback it begins anew from there. */
  async *#epoch(
    signal: AbortSignal | undefined,
  ): AsyncGenerator<StepEvent | EpochEvent | NonFiniteEvent, 'finished' | 'interrupted' | 'rolled-back'> {
    const { config } = this.#options;
    const started = performance.now();
    const { epoch } = this.#state.progress;
    const { batchSize, seed } = config;
    const examples = await this.#examplesOfEpoch();
    const batches = trainingBatches(examples.length, { batchSize, seed, epoch, firstStep: this.#state.progress.batch });
    for (const { indices } of batches) {
      if (signal?.aborted) return 'interrupted';
      // The engine blocks its thread while it runs.
      await takeTurns();
      const state = this.#recovery.dueSnapshot();
      if (state && (yield* this.#recovery.check(state))) return 'rolled-back';
      const outcome = await this.#takeStep(indices.map((index) => examples[index] ?? index));
      if (state && ('event' in outcome || !this.#state.good)) this.#state.keep(state);
      if ('event' in outcome) yield outcome;
      else if (yield* this.#recovery.answer(outcome)) return 'rolled-back';
    }
    if (signal?.aborted) return 'interrupted';
    if (yield* this.#recovery.checkParameters()) return 'rolled-back';
    yield await this.#finishEpoch(started);
    return 'finished';
  }

  async #takeStep(indices: Uint32Array): Promise<StepEvent | Finding> {
    const started = performance.now();
    const { together: training = this.#options.training } = this.#options;
    const index = this.#state.index;
    const { rollbacks } = this.#state.counts;
    // After a rollback, noise is other noise.
    const seed = rollbacks === 0 ? this.#seed : foldIn(foldIn(this.#seed, streams.rollbacks), rollbacks);
    training.read(indices, this.#replicas.batch, foldIn(foldIn(seed, streams.binarization), index));
    const { totalSteps, learningRate, scalars } = this.#scheduled(index);
    const request = {
      key: foldIn(foldIn(seed, streams.noise), index),
      scalars,
      learningRate,
      ownLearningRate: (this.#objective.optimizer?.learningRate ?? 0) * rollbackFactor ** rollbacks,
    };
    const { store } = this.#replicas;
    const before = this.#recovery.beforeStep();
    const { refused, loss, metrics, ...norms } = await this.#replicas.take(request);
    const wrong = store.isStateFinite() ? undefined : firstNonFiniteIn(store.parameters);
    const what = wrong ?? refused;
    if (what !== undefined) {
      if (before) this.#state.load(before);
      return {
        failedStep: index + 1,
        epoch: this.#state.progress.epoch + 1,
        what,
        isOfStep: true,
        locate: () =>
          locateInData(this.#replicas.batch, indices) ??
          this.#replicas.locateNonFinite(request) ??
          (Number.isFinite(norms.gradientNorm)
            ? undefined
            : 'only in float32 arithmetic: the float64 re-run stays finite'),
      };
    }
    this.#recovery.passed();
    const { sums, batch } = this.#state.progress;
    this.#state.update({ batch: batch + 1, sums: mapValues(metrics, (value, name) => (sums[name] ?? 0) + value) });
    const stepMs = performance.now() - started;
    this.#times.add(stepMs);
    return {
      event: 'step',
      epoch: this.#state.progress.epoch + 1,
      step: index + 1,
      totalSteps,
      examples: indices.length,
      loss,
      reconstruction: metrics.reconstruction ?? NaN,
      ...(metrics.kl !== undefined && { kl: metrics.kl }),
      beta: scalars.beta ?? 1,
      learningRate,
      ...norms,
      stepMs,
      metrics,
      scalars,
    };
  }

  /** What is scheduled over the steps, counted from 0. */
  #scheduled(index: number): Pick<StepEvent, 'totalSteps' | 'learningRate' | 'scalars'> {
    const { training, config } = this.#options;
    const totalSteps = stepsInAll(training.size, config);
    const factor =
      learningRateFactor(config.schedule, index, totalSteps) * rollbackFactor ** this.#state.counts.rollbacks;
    return {
      totalSteps,
      learningRate: config.optimizer.learningRate * factor,
      scalars: mapValues(this.#objective.scalars, (scheduled) => scalarAt(scheduled, index, totalSteps)),
    };
  }

  async #finishEpoch(started: number): Promise<EpochEvent> {
    const { training, config } = this.#options;
    const { sums, epoch, patience, nonFinite } = this.#state.progress;
    const steps = stepsIn(epoch, training.size, config) - (nonFinite?.skippedInEpoch ?? 0);
    const means = mapValues(sums, (sum) => sum / steps);
    const { reconstruction = NaN, kl } = means;
    const terms = meansOfTerms({ reconstruction, kl });
    const { elbo } = terms;
    const { validation, ...latent } = await this.#validate();
    const { learningRate, scalars } = this.#scheduled(this.#state.index - 1);
    const { bestValue } = this.#state.progress;
    const last = {
      training: { ...terms, metrics: { ...(elbo !== undefined && { elbo }), ...means } },
      ...(validation && { validation }),
    };
    const { criterion } = this.#objective;
    const value = validation?.criterion.value;
    const best =
      value === undefined || (Number.isFinite(value) && (bestValue === null || isBetter(criterion, value, bestValue)));
    if (value !== undefined && !Number.isFinite(value)) {
      this.#onNotice(
        `epoch ${epoch + 1}: the ${metricInWords(criterion.metric)} of the held-out examples is ${value}, which the numbers of some of them are too large for; it is not the best one.`,
      );
    }
    if (value !== undefined && best) this.#state.best = this.#ofModel();
    this.#state.begin({
      epoch: epoch + 1,
      batch: 0,
      sums: {},
      bestEpoch: best ? epoch + 1 : this.#state.progress.bestEpoch,
      bestValue: best ? (value ?? null) : bestValue,
      patience: updatePatience(patience, value, {
        earlyStopping: config.earlyStopping,
        direction: criterion.direction,
      }),
      last,
      ...(nonFinite && { nonFinite: { ...nonFinite, skippedInEpoch: 0 } }),
    });
    return {
      event: 'epoch',
      epoch: epoch + 1,
      epochs: config.epochs,
      step: this.#state.index,
      ...last,
      best,
      learningRate,
      scalars,
      ...latent,
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** The same noise every epoch, so that epochs differ by their parameters only. */
  async #validate(): Promise<OfHeldOut> {
    const { model, validation, config, ranks } = this.#options;
    const program = this.#criterion;
    if (!validation || !program) return {};
    const key = foldIn(this.#seed, streams.validation);
    const statistics = program.hasMoments ? new LatentStatistics(model.latent) : undefined;
    const { batchSize, validationTrim: trim = 0 } = config;
    return {
      validation: await validate(program, validation, { key, batchSize, trim, ranks, statistics }),
      ...(statistics && { activeUnits: statistics.activeUnits }),
      ...(statistics && program.hasKlPerDimension && { klPerDimension: statistics.klPerDimension }),
    };
  }
}

/** What an epoch says of held-out examples. */
interface OfHeldOut extends Pick<EpochEvent, 'activeUnits' | 'klPerDimension'> {
  readonly validation?: Validation;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
