import {
  CapabilityError,
  NdArray,
  ShapeError,
  UnsupportedError,
  ValueError,
  checkOptions,
  checkValue,
  formatShape,
  formerDrawNames,
  noticesTo,
  underPresentNames,
  rule,
  sameShape,
} from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OnNotice, OptionRules } from '../../core/index.ts';
import { TableEncoder, examplesOf, numbersOf, tableDataset, takeFirst } from '../../data/index.ts';
import type { DatasetSplits, DecodeOptions, FileInput, Standardization } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { evaluateModel } from '../../evaluation/index.ts';
import { MemoryStore, nameIn, readAll, zip } from '../../io/index.ts';
import type { AnomalyThreshold, Measurements } from '../../evaluation/index.ts';
import { builtInParts } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Cell, Store, Table } from '../../io/index.ts';
import { has } from '../../models/index.ts';
import type { LikelihoodFamily, Vae } from '../../models/index.ts';
import { key } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import type { NamedParameters } from '../../training/index.ts';
import { AnomalyDetector } from './anomalies.ts';
import type { AnomalyOptions, FitThresholdOptions, ScoreOptions } from './anomalies.ts';
import { withColumnsOf } from '../data/conditions.ts';
import type { Conditions } from '../data/conditions.ts';
import { evaluationExamples } from '../data/data.ts';
import type { DataInput } from '../data/data.ts';
import { imputeOptionRules } from './impute-options.ts';
import type { ImputeOptions } from './impute-options.ts';
import type { Imputation, Imputing, TableImputation } from './imputing.ts';
import { Inference, besideRows, lastOfRows, spreadDraws } from './inference.ts';
import type { Encoding } from './inference.ts';
import { checkSupport, likelihoodFor } from '../model/likelihood.ts';
import { whyNoSamples } from '../model/samples.ts';
import { checkResultSize } from '../model/size.ts';
import { interpolateLatents, interpolateOptionRules, traverseLatents, traverseOptionRules } from './latent-paths.ts';
import type { InterpolateOptions, TraverseOptions } from './latent-paths.ts';
import { storeAt } from '../keeping/place.ts';
import type { RunPlace } from '../keeping/place.ts';
import { checkMetricChoices, planRunMetrics } from './metrics.ts';
import { RunData } from './run-data.ts';
import { exportRun } from '../keeping/export-run.ts';
import { saveRun } from '../keeping/run-files.ts';
import { onnxOptionRules } from '../keeping/onnx-models.ts';
import type { ExportOptions } from '../keeping/export-run.ts';
import {
  encodeOptionRules,
  evaluateOptionRules,
  examplesOptionRules,
  givenRule,
  sampleOptionRules,
  splitOptionRules,
} from './run-options.ts';
import type {
  EncodeOptions,
  ExamplesOptions,
  GivenOptions,
  RunEvaluateOptions,
  RunEvaluation,
  RunParts,
  SampleOptions,
  SplitOptions,
  TestData,
} from './run-options.ts';
import { Sampler } from './sampler.ts';

/** The bytes of files by their names, folders included. */
export type RunFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

const exportOptionRules: OptionRules<ExportOptions> = { ...onnxOptionRules, overwrite: rule.flag };

/** A trained model with its configuration: what `train` and `load` give. */
export class Run {
  readonly config: RunConfig;
  readonly model: Vae;
  readonly parameters: NamedParameters;
  /**
   * How the data become what `model` takes and gives, where they are numbers in units of their own. All that a run is given and
   * gives is in the data's units; only who uses `model` itself needs this.
   */
  readonly standardization: Standardization | undefined;
  /** What the model is given of each example, where it is a model of examples given something: `condition` of `train`. */
  readonly conditions: Conditions | undefined;
  /** The table in which the configuration's parts stand. */
  readonly parts: PartTable;
  readonly #store: Store | undefined;
  readonly #engine: Engine;
  readonly #inference: Inference;
  readonly #likelihood: LikelihoodFamily;
  readonly #table: TableEncoder | undefined;
  readonly #sampler: Sampler;
  readonly #data: RunData;
  readonly #onNotice: OnNotice | undefined;
  readonly #anomalies: AnomalyDetector;
  #saidMoments = false;

  constructor(parts: RunParts) {
    this.config = parts.config;
    this.model = parts.model;
    this.parameters = parts.parameters;
    this.standardization = parts.standardization;
    this.conditions = this.model.classifier ? parts.conditions?.inferred() : parts.conditions;
    this.parts = parts.parts ?? builtInParts;
    this.#store = parts.store;
    this.#engine = parts.engine;
    const classify = this.model.classifier && ((rows: NdArray<'float32'>) => this.#inference.classify(rows));
    this.#data = new RunData({ ...parts, conditions: this.conditions, classify });
    this.#onNotice = parts.onNotice;
    this.#likelihood = likelihoodFor(parts.config, { parts: this.parts });
    this.#table = parts.config.data.table && new TableEncoder(parts.config.data.table);
    this.#inference = new Inference(parts.engine, this.model, parts.parameters);
    this.#sampler = new Sampler({
      inference: this.#inference,
      data: this.#data,
      conditions: this.conditions,
      table: this.#table,
      requireTable: (operation) => this.#tableEncoder(operation),
      onNotice: this.#onNotice,
    });
    this.#anomalies = new AnomalyDetector(
      { ...parts, model: this.model, store: parts.store },
      {
        rows: (x) => this.#data.rows(x),
        data: (data, split) => this.#data.dataset(data, split),
        conditionsOf: (given, count) => this.#data.conditionsOf(given, count),
        checkGiven: () => {
          this.#data.checkGiven();
        },
        withGiven: (dataset, given) => this.#data.withGiven(dataset, given),
      },
    );
  }

  /** Which engine computes: `onnxruntime-node`, `onnxruntime-web` or `reference`. */
  get engineName(): string {
    return this.#engine.name;
  }

  /** The run's folder on this machine, when it has one. */
  get path(): string | undefined {
    return this.#store?.path;
  }

  /** Shape of one example, such as [28, 28]. */
  get exampleShape(): readonly number[] {
    return this.config.data.shape;
  }

  /**
   * The columns of a table, in the order in which `explain` gives their contributions, constant ones last; undefined for other
   * data.
   */
  get columns(): readonly string[] | undefined {
    if (!this.#table) return undefined;
    return [...this.#table.modelled.map(({ column }) => column), ...this.#table.constants];
  }

  /**
   * What ELBO and NLL are the logarithms of: `probabilities of zeros and ones`, of a model with a condition `…, given label`. Only
   * alike ones can be compared.
   */
  get measure(): string {
    const { measure } = this.#likelihood;
    return this.conditions ? `${measure}, given ${this.conditions.names.join(', ')}` : measure;
  }

  /**
   * ELBO in its two parts, importance-sampled NLL, active units and KL per dimension: nats, means over examples; of a model without a
   * density the reconstruction and its squared error (`Evaluation`). Whatever else
   * `metrics` names: docs/metrics.md has them.
   *
   * @throws ValueError for a metric that the run or the examples cannot have, before anything is computed
   */
  async evaluate(options: RunEvaluateOptions = {}): Promise<RunEvaluation> {
    checkOptions('evaluate', options, evaluateOptionRules);
    const onNotice = noticesTo(this.#onNotice);
    const present = underPresentNames('evaluate', options, formerDrawNames, { onNotice });
    const { draws = 100, seed = 0, limit } = present;
    // A slip of the hand is said before data are read.
    if (options.metrics !== undefined) await checkMetricChoices(options.metrics);
    const { dataset } = await this.#data.select(options.data, options.split);
    const limited = this.#data.withGiven(limit === undefined ? dataset : takeFirst(dataset, limit), options.given);
    const { config, standardization } = this;
    await checkSupport('evaluate', limited, { config, parts: this.parts, standardization });
    const reading = { binarize: config.data.binarize, standardization, conditions: this.conditions };
    const examples = evaluationExamples(limited, reading, seed);
    const { onProgress, onPartial, signal, metrics } = options;
    const { inferred } = limited;
    const measured = { engine: this.#engine, model: this.model, parameters: this.parameters, examples, signal };
    const measure =
      metrics &&
      (await planRunMetrics(metrics, {
        ...measured,
        dataset: limited,
        ...{ reading, data: this.#data, given: options.data, seed },
        sample: (count, drawn) => this.sample(count, drawn),
        sampleTable: (count, drawn) => this.sampleTable(count, drawn),
      }));
    const evaluation = await evaluateModel({ ...measured, draws, seed, onProgress, inferred });
    onPartial?.(evaluation);
    if (!measure) return evaluation;
    const sayDone = (metric: string, done: number, total: number) =>
      onProgress?.({ stage: 'metric', metric, done, total });
    const onMeasured = (measurements: Measurements) => onPartial?.({ ...evaluation, ...measurements });
    // Not copied: what a model without a density lacks says so where it is read.
    return Object.assign(evaluation, await measure({ seed, onProgress: sayDone, onMeasured }));
  }

  /**
   * One split of `data` (default: of the training data): the test split, or all examples where there is none. `train` contains the
   * examples that training held out for validation; `all` are in the source's own order.
   *
   * @throws ValueError when there is no such split, or the examples do not have the shape that the model was trained on
   */
  async testData(data?: DataInput, options: SplitOptions = {}): Promise<TestData> {
    checkOptions('testData', options, splitOptionRules);
    return this.#data.select(data, options.split);
  }

  /**
   * The examples of `testData`, as the model of another run takes them: what the columns of a table are taken for, and in which units, is
   * each run's own.
   */
  async testDataFor(other: Run, data?: DataInput, options: SplitOptions = {}): Promise<TestData> {
    checkOptions('testDataFor', options, splitOptionRules);
    return this.#data.select(data, options.split, other.config.data);
  }

  /** The data it was trained on, or others: they are brought to the form of its own, and nothing of them is held out. */
  splits(data?: DataInput): Promise<DatasetSplits> {
    return this.#data.splits(data);
  }

  /** Examples of one split (see `testData`), [n, ...exampleShape], as they are in the data. */
  async examples(options: ExamplesOptions = {}): Promise<NdArray<FloatDType>> {
    checkOptions('examples', options, examplesOptionRules);
    return this.#data.examples(options);
  }

  /**
   * Examples from the prior, z ~ p(z), [count, ...exampleShape]: E[x|z] (the default: what a picture should show), the
   * most probable x, or a draw from p(x|z), which has the likelihood's noise as data have it (the default for tables, whose
   * rows come encoded; `sampleTable` reads them back). Numbers of standardised data come in their own units, in float64.
   */
  async sample(count = 64, options: SampleOptions = {}): Promise<NdArray<FloatDType>> {
    checkValue('sample: the count', count, this.#countRule());
    checkOptions('sample', options, sampleOptionRules);
    this.#checkPoints('sample', count);
    const reason = whyNoSamples(this);
    if (reason !== undefined) throw new CapabilityError(`sample: ${reason}`);
    return this.#inUnits(await this.#sampler.rows(count, options)).reshape([count, ...this.exampleShape]);
  }

  /** Whether there is a density log q(z|x), and so ELBO, KL and NLL: not of autoencoders (posterior 'deterministic'). */
  get hasDensity(): boolean {
    return has(this.model.parts.posterior, 'logProbOfDraw');
  }

  /** Why there are no draws of this model, in a sentence; undefined where `sample` gives some. */
  whyNoSamples(): string | undefined {
    return whyNoSamples(this);
  }

  /** Whether rows are drawn until enough have what is asked, as it is of columns that the model draws. */
  isByRejection(given: SampleOptions['given']): boolean {
    return this.#sampler.isByRejection(given);
  }

  /** What the model gives, [n, inputSize], in the data's own units. */
  #inUnits(rows: NdArray<'float32'>): NdArray<FloatDType> {
    const { standardization } = this;
    return standardization ? new NdArray(standardization.restore(rows.data), rows.shape, 'float64') : rows;
  }

  /** What one array can hold. */
  #countRule() {
    return rule.whole(1, Math.floor(2 ** 30 / Math.max(this.model.inputSize, this.model.latent)));
  }

  /** Before so many points of the latent space are made, and decoded. @throws ValueError where the memory cannot hold that */
  #checkPoints(operation: string, rows: number): void {
    const { latent, inputSize } = this.model;
    checkResultSize({ operation, rows, bytesPerRow: 4 * (latent + inputSize) });
  }

  /**
   * The conditions of the examples that `sample` gives with the same options: a column for each name, a row for each example.
   *
   * @throws ValueError where the model has no condition, or none such
   */
  sampleConditions(count = 64, options: Pick<SampleOptions, 'seed' | 'given'> = {}): Table {
    checkValue('sampleConditions: the count', count, this.#countRule());
    checkOptions('sampleConditions', options, { seed: rule.seed, given: sampleOptionRules.given });
    return this.#sampler.conditions(count, options).table;
  }

  /**
   * New rows of the table that the model was trained on, with its columns' types, formats, ranges and distributions. Values are
   * missing about as often as in the training rows, unless `missing` is false. Each is drawn from the prior and the
   * likelihood, none around a training row. A label, which the model does not see, is drawn last, given its row.
   *
   * @throws ValueError when the model was not trained on a table
   */
  async sampleTable(count = 64, options: SampleOptions = {}): Promise<Table> {
    const { seed = 0, missing = true } = options;
    const rows = await this.sample(count, options);
    const table = this.#tableEncoder('sampleTable').decode(rows, { seed, missing, labels: true });
    // Numbers that were given are written as they were, and not as float32 rounds them.
    return !this.conditions || options.given === undefined || this.isByRejection(options.given)
      ? table
      : withColumnsOf(table, this.sampleConditions(count, { seed, given: options.given }));
  }

  /**
   * Encoded rows (samples, reconstructions) read back as a table. With `labels` each row gets a label that goes with it, as
   * `sampleTable` gives them.
   *
   * @throws ValueError when the model is of no table
   */
  toTable(rows: ArrayLikeInput, options: DecodeOptions = {}): Table {
    checkOptions('toTable', options, { seed: rule.seed, labels: rule.flag, missing: rule.flag });
    return this.#tableEncoder('toTable').decode(NdArray.from(rows, 'float32'), options);
  }

  /**
   * Rows of a table as the model takes them, [rows, width]; what training did not know of is said.
   * @throws ValueError when the model is of no table
   */
  fromTable(table: Table): NdArray<'float32'> {
    const notes: string[] = [];
    const rows = examplesOf(tableDataset(table, { name: 'table', encoder: this.#tableEncoder('fromTable'), notes }));
    const say = noticesTo(this.#onNotice);
    for (const note of notes) say(note);
    return rows;
  }

  /**
   * E[x|z] at the mean of q(z|x): shape of `x`. Values of x must be such as the model was trained on.
   *
   * @param x as `encode` takes it
   */
  async reconstruct(
    x: ArrayLikeInput | DataInput,
    options: SplitOptions & GivenOptions = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('reconstruct', options, { ...splitOptionRules, given: givenRule });
    const rows = await this.#data.rowsOf(x, options);
    const images = await this.#decodeGiven(await this.#inference.center(rows), this.#conditionsIn(rows));
    return images.reshape(this.#data.isSingle(x) ? this.exampleShape : images.shape);
  }

  /**
   * q(z|x): mean, marginal standard deviations and covariance of each example.
   *
   * @param x [batch, ...exampleShape], one example, or data (files that the user picked, a path, a table), of which the test split or
   *   `options.split` is taken; `testData` gives their examples with what each of them is called
   * @param options.draws gives so many draws z ~ q(z|x) of each example too
   */
  async encode(x: ArrayLikeInput | DataInput, options: EncodeOptions = {}): Promise<Encoding> {
    checkOptions('encode', options, encodeOptionRules);
    const { draws, seed = 0 } = options;
    if (draws !== undefined) this.#requireNoise();
    this.#sayWithoutMoments();
    const rows = await this.#data.rowsOf(x, options);
    const encoding = await this.#inference.encode(rows);
    return draws === undefined
      ? encoding
      : { ...encoding, draws: await this.#inference.drawPosterior(rows, draws, key(seed)) };
  }

  /**
   * q(y|x): how probable each class is for each example, [n, classes], of a model that infers labels (objective `m2`). The classes are those of
   * `run.conditions`, in the order of `classes`.
   *
   * @param x as `encode` takes it; labels are not looked at
   * @throws UnsupportedError of a model that infers none
   */
  async classify(
    x: ArrayLikeInput | DataInput,
    options: SplitOptions = {},
  ): Promise<{ readonly probabilities: NdArray<'float32'>; readonly classes: readonly Cell[] }> {
    checkOptions('classify', options, splitOptionRules);
    if (!this.model.classifier || !this.conditions) {
      throw new UnsupportedError(
        "classify: the model infers no label: train one with objective 'm2' and a label as condition (--preset m2).",
      );
    }
    const probabilities = await this.#inference.classify(await this.#data.rowsAlone(x, options));
    if (!probabilities) throw new UnsupportedError('classify: the model has no classifier.');
    return { probabilities, classes: this.conditions.classes };
  }

  /** The conditions behind rows of the model's. */
  #conditionsIn(rows: NdArray<'float32'>): NdArray<'float32'> | undefined {
    return this.conditions && lastOfRows(rows, this.conditions.size);
  }

  /** @throws CapabilityError where z is a function of x alone */
  #requireNoise(): void {
    if (this.#inference.noiseSize > 0) return;
    throw new CapabilityError(
      `encode: the posterior '${this.model.parts.posterior.name}' has no noise, so every draw of z would be the same: leave draws out, and the code is the mean.`,
    );
  }

  /** Said once: what `encode` gives of a posterior without moments. */
  #sayWithoutMoments(): void {
    const { posterior } = this.model.parts;
    if (this.#saidMoments || has(posterior, 'moments')) return;
    this.#saidMoments = true;
    if (this.#inference.noiseSize === 0) return;
    noticesTo(this.#onNotice)(
      `a '${posterior.name}' posterior has no moments in closed form: 'mean' is the image of the noise's mean, 'stddev' and 'covariance' are those of ${spreadDraws} draws.`,
    );
  }

  /**
   * E[x|z], [batch, ...exampleShape].
   *
   * @param z [batch, latent] or [latent]
   * @param options.given of a model with a condition: that of all codes, or of each
   */
  async decode(z: ArrayLikeInput, options: GivenOptions = {}): Promise<NdArray<FloatDType>> {
    checkOptions('decode', options, { given: givenRule });
    const given = NdArray.from(z, 'float32');
    const count = given.size / this.model.latent;
    if (given.shape.at(-1) !== this.model.latent) {
      throw new ShapeError(`decode: z must be [batch, ${this.model.latent}], got ${formatShape(given.shape)}.`);
    }
    const codes = given.reshape([count, this.model.latent]);
    return this.#decodeGiven(codes, this.#data.conditionsOf(options.given, count));
  }

  /** E[x|z, c] in the data's units, [n, ...exampleShape]. */
  async #decodeGiven(
    codes: NdArray<'float32'>,
    condition: NdArray<'float32'> | undefined,
  ): Promise<NdArray<FloatDType>> {
    const rows = await this.#inference.decode(besideRows(codes, condition));
    return this.#inUnits(this.#sampler.withColumns(rows, condition)).reshape([
      codes.shape[0] ?? 0,
      ...this.exampleShape,
    ]);
  }

  /** `count` test examples, the first ones or with a seed any, and their reconstructions: [count, ...exampleShape] each. */
  async testReconstructions(
    count: number,
    options: Pick<ExamplesOptions, 'data' | 'seed' | 'split'> & GivenOptions = {},
  ): Promise<{ readonly originals: NdArray<FloatDType>; readonly reconstructions: NdArray<FloatDType> }> {
    checkValue('testReconstructions: the count', count, rule.whole(1));
    const { given, ...chosen } = options;
    checkOptions('testReconstructions', options, { ...examplesOptionRules, given: givenRule });
    const dataset = await this.#data.chosen({ ...chosen, limit: count });
    const originals = numbersOf(dataset);
    // Their labels go with them where the model asks for them.
    return { originals, reconstructions: await this.reconstruct(this.conditions ? dataset : originals, { given }) };
  }

  /**
   * What lies between examples: E[x|z] on paths from the mean of q(z|from) to that of q(z|to).
   *
   * @param from as `encode` takes it
   * @param to as many
   * @returns [n, steps, ...exampleShape]
   */
  async interpolate(
    from: ArrayLikeInput | DataInput,
    to: ArrayLikeInput | DataInput,
    options: InterpolateOptions & GivenOptions = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('interpolate', options, { ...interpolateOptionRules, given: givenRule });
    const { given, ...path } = options;
    const ends = [await this.#data.rowsOf(from, { given }), await this.#data.rowsOf(to, { given })] as const;
    const [start, end] = [await this.#inference.center(ends[0]), await this.#inference.center(ends[1])];
    if (!sameShape(start.shape, end.shape)) {
      throw new ShapeError(
        `interpolate: ${start.shape[0] ?? 0} examples to start from, ${end.shape[0] ?? 0} to end at.`,
      );
    }
    const { steps = 10 } = path;
    this.#checkPoints('interpolate', (start.shape[0] ?? 0) * steps);
    const [first, last] = [this.#conditionsIn(ends[0]), this.#conditionsIn(ends[1])];
    const between = first && last && interpolateLatents(first, last, { steps });
    const codes = interpolateLatents(start, end, { ...path, steps });
    const images = await this.#decodeGiven(codes, between);
    return images.reshape([start.shape[0] ?? 0, steps, ...this.exampleShape]);
  }

  /**
   * What each latent dimension does: E[x|z] as one dimension runs through a range and the others stay.
   *
   * @param example whose mean of q(z|x) is the centre; default: z = 0
   * @returns [dimensions, steps, ...exampleShape]
   */
  async traverse(
    options: TraverseOptions & GivenOptions & { readonly example?: ArrayLikeInput } = {},
  ): Promise<NdArray<FloatDType>> {
    checkOptions('traverse', options, { ...traverseOptionRules, given: givenRule, example: rule.anything });
    const reason = whyNoSamples(this);
    if (reason !== undefined) {
      throw new CapabilityError(
        `traverse: ${reason} Points along the dimensions are no codes of it either: interpolate between two examples (rootsigma interpolate).`,
      );
    }
    const { example, given, ...rest } = options;
    const { dimensions, steps = 9 } = rest;
    const row = example === undefined ? undefined : await this.#data.rowsOf(example, { given });
    const center = row ? await this.#inference.center(row) : NdArray.zeros([1, this.model.latent], 'float32');
    if (center.shape[0] !== 1) throw new ShapeError(`traverse: expected one example, got ${center.shape[0] ?? 0}.`);
    this.#checkPoints('traverse', (dimensions?.length ?? this.model.latent) * steps);
    const codes = traverseLatents(center, { ...rest, steps });
    const count = codes.shape[0] ?? 0;
    const own = row && this.#conditionsIn(row);
    const condition = own ? repeated(own, count) : this.#data.conditionsOf(row ? undefined : given, count);
    const images = await this.#decodeGiven(codes, condition);
    return images.reshape([dimensions?.length ?? this.model.latent, steps, ...this.exampleShape]);
  }

  /** Fits what the default score of `score` needs, while the training data are at hand: `train` does. */
  async prepareScores(): Promise<void> {
    await this.#anomalies.prepare();
  }

  /**
   * How anomalous each example is, in nats, [n]: higher is more anomalous. docs/anomalies.md says which score finds what.
   *
   * @param x [n, ...exampleShape], one example, or data, of which the test split or `options.split` is scored
   */
  score(x: ArrayLikeInput | DataInput, options: ScoreOptions = {}): Promise<NdArray<'float64'>> {
    return this.#anomalies.score(x, options);
  }

  /**
   * What each pixel or column contributes to the `reconstruction` score, nats: [n, ...exampleShape], for tables [n, columns].
   * An example's contributions add up to its score.
   */
  explain(x: ArrayLikeInput | DataInput, options: SplitOptions & GivenOptions = {}): Promise<NdArray<'float32'>> {
    return this.#anomalies.explain(x, options);
  }

  /**
   * Puts the threshold where the given share of `data` (its training split; undefined: of the run's own) lies above it, and
   * keeps it with the run: in `thresholds.json` when the run has a folder.
   */
  fitThreshold(data: DataInput | undefined, options: FitThresholdOptions): Promise<AnomalyThreshold> {
    return this.#anomalies.fitThreshold(data, options);
  }

  /** Writes what `fitThreshold` with `keep: false` held back. */
  keepThresholds(): Promise<void> {
    return this.#anomalies.keepThresholds();
  }

  /** The threshold that `fitThreshold` keeps for a method (default: the one that `score` takes); undefined before. */
  threshold(options: Pick<AnomalyOptions, 'method'> = {}): Promise<AnomalyThreshold | undefined> {
    return this.#anomalies.threshold(options);
  }

  /** Whether each example scores above the fitted threshold. @throws DataError when none was fitted for the method */
  isAnomaly(
    x: ArrayLikeInput | DataInput,
    options: Pick<ScoreOptions, 'method' | 'split' | 'given'> = {},
  ): Promise<boolean[]> {
    return this.#anomalies.isAnomaly(x, options);
  }

  /**
   * Fills what is missing of examples by draws from p(x_missing | x_observed).
   *
   * @param x [n, ...exampleShape] or one example, NaN where a value is missing, or an .npy or .npz file of such; of a table's run,
   *   `imputeTable` takes tables
   */
  async impute(x: ArrayLikeInput | string | FileInput, options: ImputeOptions = {}): Promise<Imputation> {
    checkOptions('impute', options, imputeOptionRules);
    if (this.#table) throw new ValueError('impute: the model was trained on a table; imputeTable takes tables.');
    return (await this.#imputing()).examples(x, options, (rows, name) => this.#data.rows(rows, { name }));
  }

  /**
   * Fills the empty cells of a table like the one that the model was trained on, by draws from p(x_missing | x_observed); what is not empty
   * stays as it is, to the letter.
   *
   * @param data a table, or a .csv, .tsv or .parquet file
   * @throws ValueError when the model was not trained on a table
   */
  async imputeTable(data: Table | string | FileInput, options: ImputeOptions = {}): Promise<TableImputation> {
    checkOptions('imputeTable', options, imputeOptionRules);
    const encoder = this.#tableEncoder('imputeTable');
    return (await this.#imputing()).table(data, encoder, options);
  }

  /** Fetched by those who have gaps. */
  async #imputing(): Promise<Imputing> {
    if (this.conditions) {
      throw new CapabilityError(
        `impute: the model is one of examples given ${this.conditions.names.join(', ')}, and gaps are filled by models without a condition only. Train one without.`,
      );
    }
    const { Imputing } = await import('./imputing.ts');
    const { config, model, parameters, standardization } = this;
    const drawPrior = (count: number, from: Key) => this.#inference.drawPrior(count, from);
    const onNotice = this.#onNotice;
    const { takesAnyNumber } = this.#data;
    return new Imputing({ engine: this.#engine, config, model, parameters, standardization, drawPrior, onNotice, takesAnyNumber }); // prettier-ignore
  }

  /**
   * Writes encoder.onnx, decoder.onnx, prior.onnx, config.json and a README.md to a folder of their own, and gives their paths. With
   * `root: 'symmetric'` the encoder gives Σ^{1/2} too, whatever factor its family has (`OnnxOptions`).
   *
   * @throws DataError when the folder is not empty
   */
  async exportTo(place: RunPlace, options: ExportOptions = {}): Promise<readonly string[]> {
    checkOptions('exportTo', options, exportOptionRules);
    const store = await storeAt(place);
    return (await exportRun(this, store, options)).map((name) => nameIn(store, name));
  }

  /** What `exportTo` writes, in memory: each file's bytes by its name. */
  async export(options: ExportOptions = {}): Promise<RunFiles> {
    checkOptions('export', options, exportOptionRules);
    const store = new MemoryStore();
    await exportRun(this, store, options);
    return Object.fromEntries(await readAll(store));
  }

  /**
   * Writes config.json, model.safetensors, the ONNX files, pictures and a model card. Gives the run that lies there.
   *
   * @throws DataError when the folder holds something else, or another process writes there
   */
  async save(place: RunPlace, options: { readonly overwrite?: boolean } = {}): Promise<Run> {
    checkOptions('save', options, { overwrite: rule.flag });
    const store = await storeAt(place);
    const release = await store.lock();
    try {
      await saveRun(this, store, options);
      await this.#anomalies.saveTo(store);
    } finally {
      await release();
    }
    const { config, parts, model, parameters, standardization, conditions } = this;
    const made = { config, parts, model, engine: this.#engine, parameters, standardization, conditions };
    return new Run({ ...made, data: this.#data.trainedOn, store, onNotice: this.#onNotice });
  }

  /**
   * The run's folder in memory: each file's bytes by its name, `model/encoder.onnx`. `load` takes them as files, and so does
   * a folder that they are written to.
   */
  async files(): Promise<RunFiles> {
    // What is read only may not be all of it, and below a URL nobody can tell.
    if (this.#store && !this.#store.readOnly) return Object.fromEntries(await readAll(this.#store));
    const store = new MemoryStore([], this.config.data.source);
    await this.save(store);
    return Object.fromEntries(await readAll(store));
  }

  /** `files` as one ZIP, for a download; `load` takes it as it is. */
  async zip(): Promise<Uint8Array<ArrayBuffer>> {
    return zip(new Map(Object.entries(await this.files())));
  }

  /** Frees what the engine holds. */
  async dispose(): Promise<void> {
    await Promise.all([this.#inference.dispose(), this.#anomalies.dispose()]);
  }

  #tableEncoder(operation: string): TableEncoder {
    if (this.#table) return this.#table;
    throw new ValueError(`${operation}: the model was trained on ${this.config.data.source}, which is no table.`);
  }
}

/** A row over and over. */
function repeated({ data }: NdArray<'float32'>, count: number): NdArray<'float32'> {
  const rows = NdArray.zeros([count, data.length], 'float32');
  for (let row = 0; row < count; row++) rows.data.set(data, row * data.length);
  return rows;
}
