import { NdArray, ValueError, checkOptions, noticesTo, rule } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType, OnNotice, OptionRules } from '../../core/index.ts';
import { TableEncoder, examplesOf, tableDataset } from '../../data/index.ts';
import type { DatasetSplits, DecodeOptions, FileInput, Standardization } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { withoutRanks } from '../../engine/index.ts';
import { MemoryStore, nameIn, readAll, zip } from '../../io/index.ts';
import type { AnomalyThreshold } from '../../evaluation/index.ts';
import { builtInParts } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Cell, Store, Table } from '../../io/index.ts';
import { has } from '../../models/index.ts';
import type { LikelihoodFamily, Vae } from '../../models/index.ts';
import type { NamedParameters } from '../../training/index.ts';
import { AnomalyDetector } from './anomalies.ts';
import type { AnomalyOptions, FitThresholdOptions, ScoreOptions } from './anomalies.ts';
import type { Conditions } from '../data/conditions.ts';
import type { DataInput } from '../data/data.ts';
import { Coder } from './codes.ts';
import { evaluateRun } from './evaluation.ts';
import { imputeOptionRules } from './impute-options.ts';
import type { ImputeOptions } from './impute-options.ts';
import type { Imputation, Imputing, TableImputation } from './imputing.ts';
import { Inference } from './inference.ts';
import type { Encoding } from './inference.ts';
import { likelihoodFor } from '../model/likelihood.ts';
import { whyNoPaths, whyNoSamples } from '../model/why-no-samples.ts';
import type { InterpolateOptions, TraverseOptions } from './latent-paths.ts';
import { storeAt } from '../keeping/place.ts';
import type { RunPlace } from '../keeping/place.ts';
import { RunData } from './run-data.ts';
import { exportRun } from '../keeping/export-run.ts';
import { saveRun } from '../keeping/run-files.ts';
import { onnxOptionRules } from '../keeping/onnx-models.ts';
import type { ExportOptions } from '../keeping/export-run.ts';
import { examplesOptionRules, splitOptionRules } from './run-options.ts';
import type {
  DecodeCodesOptions,
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
  readonly #coder: Coder;
  readonly #anomalies: AnomalyDetector;

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
    const own = { trained: this, conditions: this.conditions, inference: this.#inference, data: this.#data };
    const requireTable = (operation: string) => this.#tableEncoder(operation);
    const { onNotice } = parts;
    this.#sampler = new Sampler({ ...own, table: this.#table, requireTable, onNotice });
    this.#coder = new Coder({ ...own, sampler: this.#sampler, onNotice });
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

  /** Where the run is kept: a folder of this machine, of the browser, or in memory; undefined of one that is kept nowhere. */
  get store(): Store | undefined {
    return this.#store;
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
  evaluate(options: RunEvaluateOptions = {}): Promise<RunEvaluation> {
    const { model, parameters, config, parts, standardization, conditions } = this;
    return evaluateRun(
      { engine: this.#engine, model, parameters, config, parts, standardization, conditions, data: this.#data },
      options,
      {
        sample: (count, drawn) => this.sample(count, drawn),
        sampleTable: (count, drawn) => this.sampleTable(count, drawn),
        onNotice: this.#onNotice,
      },
    );
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
  sample(count = 64, options: SampleOptions = {}): Promise<NdArray<FloatDType>> {
    return this.#sampler.sample(count, options);
  }

  /** Whether there is a density log q(z|x), and so ELBO, KL and NLL: not of autoencoders (posterior 'deterministic'). */
  get hasDensity(): boolean {
    return has(this.model.parts.posterior, 'logProbOfDraw');
  }

  /** Whether q(z|x) has a spread: not of autoencoders, nor of codes, where each example has one point. */
  get hasSpread(): boolean {
    return this.#inference.noiseSize > 0;
  }

  /** Why there are no draws of this model, in a sentence; undefined where `sample` gives some. */
  whyNoSamples(): string | undefined {
    return whyNoSamples(this);
  }

  /** Why `traverse` has nothing to show, in a sentence: what lies between codes means nothing to the decoder. Undefined where it has. */
  whyNoPaths(): string | undefined {
    return whyNoPaths(this);
  }

  /** Whether rows are drawn until enough have what is asked, as it is of columns that the model draws. */
  isByRejection(given: SampleOptions['given']): boolean {
    return this.#sampler.isByRejection(given);
  }

  /**
   * The conditions of the examples that `sample` gives with the same options: a column for each name, a row for each example.
   *
   * @throws ValueError where the model has no condition, or none such
   */
  sampleConditions(count = 64, options: Pick<SampleOptions, 'seed' | 'given'> = {}): Table {
    return this.#sampler.sampleConditions(count, options);
  }

  /**
   * New rows of the table that the model was trained on, with its columns' types, formats, ranges and distributions. Values are
   * missing about as often as in the training rows, unless `missing` is false. Each is drawn from the prior and the
   * likelihood, none around a training row. A label, which the model does not see, is drawn last, given its row.
   *
   * @throws ValueError when the model was not trained on a table
   */
  sampleTable(count = 64, options: SampleOptions = {}): Promise<Table> {
    return this.#sampler.sampleTable(count, options);
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
  reconstruct(x: ArrayLikeInput | DataInput, options: SplitOptions & GivenOptions = {}): Promise<NdArray<FloatDType>> {
    return this.#coder.reconstruct(x, options);
  }

  /**
   * q(z|x): mean, marginal standard deviations and covariance of each example.
   *
   * @param x [batch, ...exampleShape], one example, or data (files that the user picked, a path, a table), of which the test split or
   *   `options.split` is taken; `testData` gives their examples with what each of them is called
   * @param options.draws gives so many draws z ~ q(z|x) of each example too
   */
  encode(x: ArrayLikeInput | DataInput, options: EncodeOptions = {}): Promise<Encoding> {
    return this.#coder.encode(x, options);
  }

  /**
   * q(y|x): how probable each class is for each example, [n, classes], of a model that infers labels (objective `m2`). The classes are those of
   * `run.conditions`, in the order of `classes`.
   *
   * @param x as `encode` takes it; labels are not looked at
   * @throws UnsupportedError of a model that infers none
   */
  classify(
    x: ArrayLikeInput | DataInput,
    options: SplitOptions = {},
  ): Promise<{ readonly probabilities: NdArray<'float32'>; readonly classes: readonly Cell[] }> {
    return this.#coder.classify(x, options);
  }

  /**
   * E[x|z], [batch, ...exampleShape].
   *
   * @param z [batch, latent] or [latent]
   * @param options.given of a model with a condition: that of all codes, or of each
   * @param options.codes z is given by the numbers of its codes, [batch, positions], as `encode` gives them (posterior `vector-quantized`)
   */
  decode(z: ArrayLikeInput, options: DecodeCodesOptions = {}): Promise<NdArray<FloatDType>> {
    return this.#coder.decode(z, options);
  }

  /** `count` test examples, the first ones or with a seed any, and their reconstructions: [count, ...exampleShape] each. */
  testReconstructions(
    count: number,
    options: Pick<ExamplesOptions, 'data' | 'seed' | 'split'> & GivenOptions = {},
  ): Promise<{ readonly originals: NdArray<FloatDType>; readonly reconstructions: NdArray<FloatDType> }> {
    return this.#coder.testReconstructions(count, options);
  }

  /**
   * What lies between examples: E[x|z] on paths from the mean of q(z|from) to that of q(z|to).
   *
   * @param from as `encode` takes it
   * @param to as many
   * @returns [n, steps, ...exampleShape]
   */
  interpolate(
    from: ArrayLikeInput | DataInput,
    to: ArrayLikeInput | DataInput,
    options: InterpolateOptions & GivenOptions = {},
  ): Promise<NdArray<FloatDType>> {
    return this.#coder.interpolate(from, to, options);
  }

  /**
   * What each latent dimension does: E[x|z] as one dimension runs through a range and the others stay.
   *
   * @param example whose mean of q(z|x) is the centre; default: z = 0
   * @returns [dimensions, steps, ...exampleShape]
   */
  traverse(
    options: TraverseOptions & GivenOptions & { readonly example?: ArrayLikeInput } = {},
  ): Promise<NdArray<FloatDType>> {
    return this.#coder.traverse(options);
  }

  /** Fits what the default score of `score` needs, while the training data are at hand: `train` does. */
  async prepareScores(): Promise<void> {
    await this.#anomalies.prepare();
  }

  /**
   * How anomalous each example is, [n]: higher is more anomalous; in nats, but `typicality` and `balanced-elbo`. docs/anomalies.md says
   * which score finds what.
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
   * Fills what is missing of examples by draws from p(x_missing | x_observed), of a model with a condition given that too: labels that lie
   * beside the examples in an .npz file, or `options.given`.
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
   * stays as it is, to the letter. Columns that the model is given must be there in each row with gaps.
   *
   * @param data a table, or a .csv, .tsv or .parquet file
   * @throws ValueError when the model was not trained on a table
   */
  async imputeTable(data: Table | string | FileInput, options: ImputeOptions = {}): Promise<TableImputation> {
    checkOptions('imputeTable', options, imputeOptionRules);
    const encoder = this.#tableEncoder('imputeTable');
    if (options.given !== undefined) this.#data.checkGiven();
    return (await this.#imputing()).table(data, encoder, options);
  }

  /** Fetched by those who have gaps. */
  async #imputing(): Promise<Imputing> {
    const { Imputing } = await import('./imputing.ts');
    const { config, model, parameters, standardization, conditions } = this;
    // Ranks part the chains, and each draws for its own.
    const inference = new Inference(withoutRanks(this.#engine), model, parameters);
    return new Imputing({
      engine: this.#engine,
      config,
      model,
      parameters,
      standardization,
      conditions,
      conditionsOf: (given, count) => this.#data.conditionsOf(given, count),
      classify: model.classifier && ((rows) => inference.classify(rows)),
      drawPrior: (count, from, condition) => inference.drawPrior(count, from, condition),
      onNotice: this.#onNotice,
      takesAnyNumber: this.#data.takesAnyNumber,
    });
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
