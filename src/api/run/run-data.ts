import {
  DataError,
  NdArray,
  ShapeError,
  ValueError,
  formatShape,
  noticesTo,
  sameShape,
  sizeOf,
} from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../../core/index.ts';
import { numbersOf, readByRanks, splitNames, splitValidation, subset, takeFirst, wholeOf } from '../../data/index.ts';
import type {
  Dataset,
  DatasetSplits,
  ResolveContext,
  SplitChoice,
  SplitName,
  Standardization,
} from '../../data/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Communicator } from '../../mpi/index.ts';
import { key, permutation } from '../../random/index.ts';
import { dataOptionsOf, filesInParts, isExamples, locateData, resolveData, trainingDataOf } from '../data/data.ts';
import type { DataInput } from '../data/data.ts';
import { likelihoodFor } from '../model/likelihood.ts';
import { isOfUnitInterval, outsideUnitIn, takesAnyNumber, unitAdvice } from '../model/outside-unit.ts';
import type { Conditions } from '../data/conditions.ts';
import { besideRows, firstOfRows } from './inference.ts';
import { inferredNote, withInferredLabels } from './inferred-labels.ts';
import type { ExamplesOptions, GivenOptions, RunParts, SplitOptions, TestData } from './run-options.ts';

/** Of a model that is given nothing. */
export const noCondition = "the model has no condition. Train one with 'condition' (--condition), such as label.";

/** What examples are called in messages: what holds them, and each of them. */
type NamedExamples = Partial<Pick<Dataset, 'name' | 'names'>>;

/** The examples of a run: those it was trained on, and others in the form of its own. */
export class RunData {
  /** Where the run was made: its data as they were given. */
  readonly trainedOn: RunParts['data'];
  readonly #config: RunConfig;
  readonly #parts: PartTable | undefined;
  readonly #standardization: Standardization | undefined;
  /** The run's folder on this machine, if it has one. */
  readonly #path: string | undefined;
  readonly #ranks: Communicator | undefined;
  readonly #notice: (line: string) => void;
  readonly #conditions: Conditions | undefined;
  /** Of a model that infers labels. */
  readonly #classify: Parameters<typeof withInferredLabels>[1]['classify'] | undefined;

  constructor({
    config,
    conditions,
    parts,
    data,
    store,
    standardization,
    engine,
    onNotice,
    classify,
  }: Pick<
    RunParts,
    'config' | 'conditions' | 'parts' | 'data' | 'store' | 'engine' | 'standardization' | 'onNotice'
  > & {
    readonly classify?: Parameters<typeof withInferredLabels>[1]['classify'] | undefined;
  }) {
    this.#classify = classify;
    this.#ranks = engine.ranks;
    this.#config = config;
    this.#conditions = conditions;
    this.#parts = parts;
    this.#standardization = standardization;
    this.trainedOn = data;
    this.#path = store?.path;
    this.#notice = noticesTo(onNotice);
  }

  /** Every reading of data goes through here: what there is to know of new ones is said, once a call. */
  async splits(data?: DataInput, like = this.#config.data): Promise<DatasetSplits> {
    const splits = await this.#resolve(data, like);
    const { source, table } = this.#config.data;
    // What was resolved before was spoken of then, and training spoke of its own data; a table's rows may have changed since.
    const isKnown = splits === (data ?? this.trainedOn) || ((data ?? source) === source && !table);
    if (!isKnown) for (const note of splits.notes) this.#notice(note);
    this.#compareCount(splits, data);
    return splits;
  }

  /** A random split is another one when there are more examples or fewer: what was trained on may be among its test examples. */
  #compareCount({ train }: DatasetSplits, data: DataInput | undefined): void {
    const { source, count } = this.#config.data;
    if ((data ?? this.trainedOn ?? source) !== source || train.size === count) return;
    this.#notice(
      `${source}: has ${train.size} training examples now, ${count} when the run was trained; its test split may hold some of those.`,
    );
  }

  /** @param like whose form the examples get: the run's own, or another's */
  async #resolve(data: DataInput | undefined, like: RunConfig['data']): Promise<DatasetSplits> {
    const { source, table } = this.#config.data;
    const input = data ?? this.trainedOn;
    if (input === undefined || input === source) {
      const place = await (input ? locateData(source, this.#path) : trainingDataOf(this.#config, this.#path));
      // A table's own file too: what its columns were taken for must not change with its rows.
      return resolveData(place, dataOptionsOf(this.#config.data), await this.#context(place, table && like));
    }
    if (typeof input === 'function') return input();
    return resolveData(input, {}, await this.#context(input, like));
  }

  /** Ranks read the files of their data each a part. */
  async #context(data: DataInput, like: RunConfig['data'] | undefined): Promise<ResolveContext> {
    const files = this.#ranks && (await filesInParts(this.#ranks, data, { ...(like && { like }) }));
    const isHeld = !files || files.size > 0;
    return { ...(like && { like }), files, ranks: isHeld ? undefined : this.#ranks };
  }

  /**
   * The examples of one split: `validation` is the source's own or the share that training held out of `train`.
   *
   * @param split default: test, or all where there is no such split
   * @param like whose form they get, default: the run's own
   * @throws ValueError when a split is asked for that the data have not
   */
  async select(data?: DataInput, split?: SplitChoice, like = this.#config.data): Promise<TestData> {
    const given = await this.splits(data, like);
    const own = data === undefined || data === this.trainedOn || data === this.#config.data.source;
    const validation = given.validation ?? (own ? this.#heldOut(given.train) : undefined);
    const parts = { ...given, ...(validation && { validation }) };
    const total = splitNames.reduce((sum, name) => sum + (given[name]?.size ?? 0), 0);
    const about = { notes: given.notes, total };
    const chosen = split ?? (given.test ? 'test' : 'all');
    // Another run's data set has its labels inferred by that run.
    const isOwnForm = like === this.#config.data;
    if (chosen === 'all') {
      const { dataset, splits } = wholeOf(given);
      if (!own) await this.#noticeOutside(dataset);
      return {
        ...about,
        split: chosen,
        dataset: await this.#labelled(checkShape(dataset, like), isOwnForm),
        ...(total > given.train.size && { splits }),
      };
    }
    const dataset = parts[chosen];
    if (!dataset) throw noSuchSplit(given.source, chosen, parts);
    if (!own) await this.#noticeOutside(dataset);
    return { ...about, split: chosen, dataset: await this.#labelled(checkShape(dataset, like), isOwnForm) };
  }

  /** With labels that the model infers, where it does and some have none; that is said. */
  async #labelled(dataset: Dataset, isOwnForm: boolean): Promise<Dataset> {
    const [conditions, classify] = [this.#conditions, this.#classify];
    if (!isOwnForm || !conditions || !classify) return dataset;
    const rows = (of: Dataset) => this.#alone(this.#rowsIn(of));
    const { dataset: whole, count } = await withInferredLabels(dataset, { conditions, classify, rows });
    if (count > 0) {
      this.#notice(inferredNote(dataset.name, { count, of: dataset.size }));
    }
    return whole;
  }

  #alone(rows: NdArray<'float32'>): NdArray<'float32'> {
    const conditions = this.#conditions;
    return conditions?.areColumns ? firstOfRows(rows, (rows.shape[1] ?? 0) - conditions.size) : rows;
  }

  /** Whether the model was trained on numbers in [0, 1] and has a density for others too: those are said, and no error. */
  get takesAnyNumber(): boolean {
    const config = this.#config;
    return isOfUnitInterval(config) && takesAnyNumber(config, likelihoodFor(config, { parts: this.#parts }).support);
  }

  async #noticeOutside(dataset: Dataset): Promise<void> {
    if (dataset.support !== 'real' || !this.takesAnyNumber) return;
    const line = await outsideUnitIn(readByRanks(dataset, this.#ranks));
    if (line !== undefined) this.#notice(line);
  }

  #heldOut(train: Dataset): Dataset | undefined {
    const { validation: fraction, seed } = this.#config.training;
    return splitValidation(train, { fraction, seed }).validation;
  }

  async dataset(data: DataInput | undefined, split?: SplitChoice): Promise<Dataset> {
    return (await this.select(data, split)).dataset;
  }

  async examples(options: ExamplesOptions): Promise<NdArray<FloatDType>> {
    const dataset = await this.chosen(options);
    const examples = numbersOf(dataset);
    // What no example of the run can be is refused here, where its name is known.
    if (dataset.support === 'real' && isOfUnitInterval(this.#config)) this.rows(examples, dataset);
    return examples;
  }

  async chosen({ data, split, limit, seed }: ExamplesOptions): Promise<Dataset> {
    const dataset = await this.dataset(data, split);
    const ordered = seed === undefined ? dataset : shuffled(dataset, seed);
    return limit === undefined ? ordered : takeFirst(ordered, limit);
  }

  /** Whether x is one example and no batch. */
  isSingle(x: ArrayLikeInput | DataInput): boolean {
    return isExamples(x) && sameShape(NdArray.from(x).shape, this.#config.data.shape);
  }

  /**
   * Rows as `rows` gives them, of examples or of data that have to be read; where the model has a condition, with it behind each.
   *
   * @throws ValueError where it has one and nobody says which, or has none
   */
  async rowsOf(
    x: ArrayLikeInput | DataInput,
    { split, given }: SplitOptions & GivenOptions = {},
  ): Promise<NdArray<'float32'>> {
    const conditions = this.#conditions;
    if (given !== undefined) this.checkGiven();
    if (!conditions || conditions.areColumns)
      return isExamples(x) ? this.rows(x) : this.#rowsIn(await this.dataset(x, split));
    const dataset = isExamples(x) ? undefined : await this.dataset(x, split);
    const rows = dataset ? this.#rowsIn(dataset) : this.rows(x as ArrayLikeInput);
    const count = rows.shape[0] ?? 0;
    return besideRows(rows, dataset && !given ? conditions.rowsIn(dataset) : this.conditionsOf(given, count));
  }

  /** Rows of x alone, whatever conditions there are: [n, model.inputSize]. */
  async rowsAlone(x: ArrayLikeInput | DataInput, { split }: SplitOptions = {}): Promise<NdArray<'float32'>> {
    return this.#alone(isExamples(x) ? this.rows(x) : this.#rowsIn(await this.dataset(x, split)));
  }

  #rowsIn(dataset: Dataset): NdArray<'float32'> {
    return this.rows(numbersOf(dataset), dataset);
  }

  /** The conditions of examples that come without. @throws ValueError where nobody says which */
  conditionsOf(given: GivenOptions['given'], count: number): NdArray<'float32'> | undefined {
    const conditions = this.#conditions;
    if (!conditions) {
      if (given !== undefined) this.checkGiven();
      return undefined;
    }
    if (given !== undefined) return conditions.rowsOf(given, count);
    throw new ValueError(`given: the model is one of examples given ${conditions.describe()}: ${conditions.asking()}.`);
  }

  /** A data set whose examples have the condition that is given, where one is. @throws ValueError as `checkGiven`, and for no such condition */
  withGiven(dataset: Dataset, given: GivenOptions['given']): Dataset {
    if (given === undefined) return dataset;
    this.checkGiven();
    return this.#conditions?.labelled(dataset, given) ?? dataset;
  }

  /** @throws ValueError where there is nothing to give: no condition, or one that is a part of each example */
  checkGiven(): void {
    if (!this.#conditions) {
      throw new ValueError(`given: ${noCondition}`);
    }
    if (this.#conditions.areColumns)
      throw new ValueError('given: rows of a table have their condition among their columns: leave given out.');
  }

  /**
   * x as rows [batch, inputSize] as the model takes them.
   *
   * @throws ShapeError when x is neither a batch nor an example; ValueError for values that no example can have
   */
  rows(x: ArrayLikeInput, about: NamedExamples = {}): NdArray<'float32'> {
    const { shape } = this.#config.data;
    const given = NdArray.from(x, this.#standardization ? 'float64' : 'float32');
    const inputSize = sizeOf(shape);
    if (sizeOf(given.shape.slice(1)) !== inputSize && !sameShape(given.shape, shape)) {
      throw new ShapeError(`x must be [batch, ${shape.join(', ')}] or one example, got ${formatShape(given.shape)}.`);
    }
    const rows = NdArray.zeros([given.size / inputSize, inputSize], 'float32');
    if (this.#standardization) this.#standardization.apply(given.data, rows.data);
    else rows.data.set(given.data);
    this.#checkValues(rows.data, given.data, about);
    return rows;
  }

  /** What the model gives, in the data's own units. The inverse of `rows` but for the shape. */
  inUnits(rows: NdArray<'float32'>): NdArray<FloatDType> {
    const standardization = this.#standardization;
    return standardization ? new NdArray(standardization.restore(rows.data), rows.shape, 'float64') : rows;
  }

  #checkValues(values: Float32Array, given: ArrayLike<number>, { name = 'x', names }: NamedExamples): void {
    const { support } = likelihoodFor(this.#config, { parts: this.#parts });
    const inputSize = sizeOf(this.#config.data.shape);
    for (let start = 0; start < values.length; start += inputSize) {
      const at = support.firstOutside(values.subarray(start, start + inputSize));
      if (at < 0) continue;
      const advice = isOfUnitInterval(this.#config) ? ` ${unitAdvice}` : '';
      throw new ValueError(
        `${name} must hold ${support.description}: example ${names?.at(start / inputSize) ?? start / inputSize} holds ${given[start + at] ?? NaN}.${advice}`,
      );
    }
  }
}

function checkShape(dataset: Dataset, { shape }: RunConfig['data']): Dataset {
  if (dataset.size === 0) throw new DataError(`${dataset.name}: holds no examples.`);
  if (sizeOf(dataset.sampleShape) === sizeOf(shape)) return dataset;
  throw new ValueError(
    `${dataset.name}: its examples are ${formatShape(dataset.sampleShape)}, the model was trained on ${formatShape(shape)}.`,
  );
}

function noSuchSplit(source: string, split: SplitName, parts: Partial<Record<SplitName, Dataset>>): ValueError {
  const there = splitNames.filter((name) => parts[name]);
  return new ValueError(`${source}: has no ${split} split, only ${there.join(' and ')}; 'all' takes every example.`);
}

function shuffled(dataset: Dataset, seed: number): Dataset {
  return subset(dataset, Uint32Array.from(permutation(key(seed), dataset.size).data));
}
