import { DataError, NdArray, anomalyMethods, checkOptions, rule, sizeOf } from '../../core/index.ts';
import type { AnomalyMethod, ArrayLikeInput, OptionRules } from '../../core/index.ts';
import { TableEncoder, subset } from '../../data/index.ts';
import type { Dataset, RowFacts, SplitChoice, Standardization } from '../../data/index.ts';
import {
  KeptPrograms,
  defaultDraws,
  explainExamples,
  fitBalance,
  fitTypicality,
  normalShare,
  scoreExamples,
  thresholdOf,
} from '../../evaluation/index.ts';
import type { Balance, Background, ModelParts, ThresholdRule, Typicality } from '../../evaluation/index.ts';
import { RunFolder } from '../keeping/run-folder.ts';
import { thresholdsSchemaVersion } from '../../evaluation/index.ts';
import type { AnomalyThreshold, AnomalyThresholds } from '../../evaluation/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Store } from '../../io/index.ts';
import { has, requireCapabilities } from '../../models/index.ts';
import type { LikelihoodRow } from '../../models/index.ts';
import type { Examples } from '../../objectives/index.ts';
import { key, permutation } from '../../random/index.ts';
import { backgroundFor } from './background.ts';
import { isExamples, scoringExamples } from '../data/data.ts';
import type { DataInput } from '../data/data.ts';
import { checkSupport, likelihoodRowOf } from '../model/likelihood.ts';
import type { Conditions } from '../data/conditions.ts';
import { givenRule, splitRule } from './run-options.ts';
import type { GivenOptions, RunParts } from './run-options.ts';

/** How `run.score` and `run.threshold` score: by which method, with which draws. */
export interface AnomalyOptions {
  /**
   * Which score. Default: typicality under a Bernoulli likelihood, balanced-elbo for tables (elbo for those trained before
   * there was one), else elbo. `typicality` and `balanced-elbo` are fitted to training examples, at the latest when they are
   * first asked for, and kept as thresholds are.
   */
  readonly method?: AnomalyMethod;
  /** Draws of z an example. Default: 100 for likelihood-ratio and nll, else 16; reconstruction takes none. */
  readonly draws?: number;
  /** Of the draws. Default: 0. */
  readonly seed?: number;
  readonly onProgress?: (examplesDone: number) => void;
  readonly signal?: AbortSignal;
}

/** Options of `run.score`: the method, and which examples of data. */
export interface ScoreOptions extends AnomalyOptions, GivenOptions {
  /** Of data: which examples. Default: the test split, or all where there is none. */
  readonly split?: SplitChoice | undefined;
}

/** Options of `run.fitThreshold`: where normal ends (`contamination` or `quantile`), by which method, on how many examples. */
export type FitThresholdOptions = AnomalyOptions &
  GivenOptions &
  ThresholdRule & {
    /** Take so many of the examples, chosen at random. Default: 10,000. */
    readonly limit?: number;
    /** Whether it is written beside the run now; else `keepThresholds` does so, when all that depends on it went well. Default: true. */
    readonly keep?: boolean;
  };

const anomalyOptionRules: OptionRules<AnomalyOptions> = {
  method: rule.oneOf(anomalyMethods),
  draws: rule.whole(1),
  seed: rule.seed,
  onProgress: rule.callback,
  signal: rule.signal,
};

const scoreOptionRules: OptionRules<ScoreOptions> = { ...anomalyOptionRules, split: splitRule, given: givenRule };

const fitThresholdOptionRules: OptionRules<FitThresholdOptions> = {
  ...anomalyOptionRules,
  contamination: rule.number({ least: 0, below: 1 }),
  quantile: rule.number({ above: 0, most: 1 }),
  limit: rule.whole(1),
  keep: rule.flag,
  given: givenRule,
};

const methodOptionRules: OptionRules<Pick<AnomalyOptions, 'method'>> = { method: anomalyOptionRules.method };

/** How a run gives its detector examples. */
export interface AnomalySource {
  /** Checked rows [n, inputSize] of an array of examples, or of one. */
  rows(x: ArrayLikeInput): NdArray<'float32'>;
  data(data: DataInput | undefined, split?: SplitChoice): Promise<Dataset>;
  /** Conditions of examples that come without, [count, size]. @throws ValueError where nobody says which */
  conditionsOf(given: GivenOptions['given'], count: number): NdArray<'float32'> | undefined;
  /** @throws ValueError where there is nothing to give */
  checkGiven(): void;
  /** A data set whose examples have the condition that is given, where one is. @throws ValueError */
  withGiven(dataset: Dataset, given: GivenOptions['given']): Dataset;
}

type Kept = Omit<AnomalyThresholds, 'schemaVersion'>;

/** Examples that `typicality` and `balanced-elbo` are fitted to, at most: some numbers come from them. */
const typicalExamples = 2000;

/** Methods that need no density of z. */
const withoutDensity: readonly AnomalyMethod[] = ['reconstruction', 'reconstruction-probability'];

/** Scores, contributions and thresholds of a run. */
export class AnomalyDetector {
  readonly #config: RunConfig;
  readonly #table: PartTable | undefined;
  readonly #parts: ModelParts;
  readonly #source: AnomalySource;
  readonly #store: Store | undefined;
  readonly #standardization: Standardization | undefined;
  readonly #conditions: Conditions | undefined;
  readonly #programs = new KeptPrograms();
  #kept: Kept | undefined;
  /** Whether what is fitted stays in memory until `keepThresholds`. */
  #isHeldBack = false;

  constructor(
    parts: ModelParts & Pick<RunParts, 'config' | 'conditions' | 'parts' | 'store' | 'standardization'>,
    source: AnomalySource,
  ) {
    const { config, store, engine, model, parameters, standardization } = parts;
    this.#config = config;
    this.#table = parts.parts;
    this.#store = store;
    this.#standardization = standardization;
    this.#conditions = parts.conditions;
    this.#parts = { engine, model, parameters, programs: this.#programs };
    this.#source = source;
  }

  async score(x: ArrayLikeInput | DataInput, options: ScoreOptions = {}): Promise<NdArray<'float64'>> {
    checkOptions('score', options, scoreOptionRules);
    const { split, given, ...rest } = options;
    const { examples, rows } = await this.#examples(x, { split, given });
    return this.#score(examples, rest, rows);
  }

  async explain(
    x: ArrayLikeInput | DataInput,
    options: Pick<ScoreOptions, 'split' | 'given'> = {},
  ): Promise<NdArray<'float32'>> {
    checkOptions('explain', options, { split: splitRule, given: givenRule });
    const { examples, rows } = await this.#examples(x, options);
    const contributions = await explainExamples({ ...this.#parts, examples });
    const [count = 0, parts = 0] = contributions.shape;
    const { shape, table } = this.#config.data;
    if (table) return withUnseen(contributions, new TableEncoder(table), rows);
    return parts === sizeOf(shape) ? contributions.reshape([count, ...shape]) : contributions;
  }

  /** Fits what the default score needs, while the training data are at hand. */
  async prepare(): Promise<void> {
    if (this.#likelihood.isOfTables && has(this.#parts.model.parts.posterior, 'logProbOfDraw'))
      await this.#fitBalance(await this.#trainingData('balanced-elbo'));
  }

  async fitThreshold(data: DataInput | undefined, options: FitThresholdOptions): Promise<AnomalyThreshold> {
    checkOptions('fitThreshold', options, fitThresholdOptionRules);
    const { given, keep = true, ...rest } = options;
    this.#isHeldBack = !keep;
    const { method = await this.#defaultMethod(), seed = 0, limit = 10_000 } = rest;
    this.#requireDensity(method);
    const { draws = defaultDraws[method] } = options;
    const quantile = normalShare(options);
    const usual = this.#source.withGiven(await this.#source.data(data, 'train'), given);
    const dataset = atRandom(usual, { limit, seed });
    if (method === 'typicality') await this.#fitTypicality(dataset);
    if (method === 'balanced-elbo' && !(await this.#read()).balance) await this.#fitBalance(dataset);
    const examples = await this.#examplesOf(dataset);
    const scores = await this.#score(examples, { ...rest, method, draws, seed }, dataset.rows);
    const value = thresholdOf(scores.data, { quantile });
    const threshold: AnomalyThreshold = { value, quantile, examples: scores.size, source: dataset.name, draws, seed };
    const kept = await this.#read();
    await this.#keep({ ...kept, thresholds: { ...kept.thresholds, [method]: threshold } });
    return threshold;
  }

  /** The fitted threshold of a method (default: the run's own), if there is one. */
  async threshold(options: Pick<AnomalyOptions, 'method'> = {}): Promise<AnomalyThreshold | undefined> {
    checkOptions('threshold', options, methodOptionRules);
    const { method = await this.#defaultMethod() } = options;
    return (await this.#read()).thresholds[method];
  }

  async isAnomaly(
    x: ArrayLikeInput | DataInput,
    options: Pick<ScoreOptions, 'method' | 'split' | 'given'> = {},
  ): Promise<boolean[]> {
    checkOptions('isAnomaly', options, { ...methodOptionRules, split: splitRule, given: givenRule });
    const { method = await this.#defaultMethod(), split, given } = options;
    const threshold = await this.threshold({ method });
    if (!threshold) {
      throw new DataError(
        `isAnomaly: this run has no threshold for '${method}'. Fit one: run.fitThreshold(data, { contamination: 0.01 }).`,
      );
    }
    const { value, draws, seed } = threshold;
    const scores = await this.score(x, { method, draws, seed, split, given });
    return Array.from(scores.data, (score) => score > value);
  }

  /** Frees what the engine holds. */
  dispose(): Promise<void> {
    return this.#programs.dispose();
  }

  /** Writes what was fitted into a run's folder, where there is any. */
  async saveTo(store: Store): Promise<void> {
    const kept = await this.#read();
    if (Object.keys(kept.thresholds).length === 0 && !kept.typicality && !kept.balance) return;
    const folder = await RunFolder.open(store);
    await folder.writeThresholds({ schemaVersion: thresholdsSchemaVersion, ...kept });
  }

  /** Writes what `fitThreshold` held back. */
  async keepThresholds(): Promise<void> {
    this.#isHeldBack = false;
    await this.#keep(await this.#read());
  }

  async #keep(kept: Kept): Promise<void> {
    this.#kept = kept;
    // With the run where it can be written, else for as long as it is in memory.
    if (this.#store && !this.#store.readOnly && !this.#isHeldBack) await this.saveTo(this.#store);
  }

  async #read(): Promise<Kept> {
    if (this.#kept || !this.#store) return this.#kept ?? { thresholds: {} };
    const folder = await RunFolder.open(this.#store);
    const { thresholds = {}, typicality, balance } = (await folder.readThresholds()) ?? {};
    this.#kept = { thresholds, ...(typicality && { typicality }), ...(balance && { balance }) };
    return this.#kept;
  }

  /**
   * Of images a likelihood alone calls the simple ones normal; among rows of numbers the extreme ones are the anomalies, and
   * in tables what is strange in z drowns in the columns. Runs that were trained before there was a balance keep their score.
   */
  async #defaultMethod(): Promise<AnomalyMethod> {
    const { isBinary, isOfTables } = this.#likelihood;
    if (isBinary) return 'typicality';
    return isOfTables && (await this.#read()).balance ? 'balanced-elbo' : 'elbo';
  }

  /** @throws CapabilityError where a method compares densities of z, and the posterior has none */
  #requireDensity(method: AnomalyMethod): void {
    if (withoutDensity.includes(method)) return;
    const remedy = "Choose method 'reconstruction' (--method reconstruction), which goes by log p(x|z) alone.";
    requireCapabilities(`score: '${method}'`, this.#parts.model.parts.posterior, ['logProbOfDraw'], remedy);
  }

  async #fitBalance(usual: Dataset): Promise<Balance> {
    const examples = await this.#examplesOf(atRandom(usual, { limit: typicalExamples, seed: 0 }));
    const balance = await fitBalance({ ...this.#parts, examples });
    await this.#keep({ ...(await this.#read()), balance });
    return balance;
  }

  async #fitTypicality(usual: Dataset): Promise<Typicality> {
    const examples = await this.#examplesOf(atRandom(usual, { limit: typicalExamples, seed: 0 }));
    const typicality = await fitTypicality({ ...this.#parts, examples, background: this.#background() });
    await this.#keep({ ...(await this.#read()), typicality });
    return typicality;
  }

  /** Scores; values that training never had come on top. */
  async #score(examples: Examples, options: AnomalyOptions, rows: RowFacts | undefined) {
    const scores = await this.#scoreOfModel(examples, options);
    if (!rows) return scores;
    const added = scores.data.map((score, row) => rows.unseen(row).reduce((sum, { nats }) => sum + nats, score));
    return new NdArray(added, scores.shape, 'float64');
  }

  async #scoreOfModel(examples: Examples, { method: asked, ...rest }: AnomalyOptions) {
    const method = asked ?? (await this.#defaultMethod());
    this.#requireDensity(method);
    const options = { ...this.#parts, ...rest, examples, method };
    if (method === 'likelihood-ratio') return scoreExamples({ ...options, background: this.#background() });
    if (method === 'balanced-elbo') {
      const { balance = await this.#fitBalance(await this.#trainingData(method)) } = await this.#read();
      return scoreExamples({ ...options, balance });
    }
    if (method !== 'typicality') return scoreExamples(options);
    const { typicality = await this.#fitTypicality(await this.#trainingData(method)) } = await this.#read();
    return scoreExamples({ ...options, background: this.#background(), typicality });
  }

  async #trainingData(method: AnomalyMethod): Promise<Dataset> {
    try {
      return await this.#source.data(undefined, 'train');
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      throw new DataError(
        `score: '${method}' is fitted to usual examples once, and the training data are not at hand. Fit it to some, run.fitThreshold(data, { method: '${method}', contamination: 0.01 }), or take another method, such as 'elbo'.`,
        { cause },
      );
    }
  }

  async #examples(
    x: ArrayLikeInput | DataInput,
    { split, given }: Pick<ScoreOptions, 'split' | 'given'>,
  ): Promise<{ readonly examples: Examples; readonly rows?: RowFacts | undefined }> {
    if (given !== undefined) this.#source.checkGiven();
    if (!isExamples(x)) {
      const dataset = await this.#source.data(x, split);
      return { examples: await this.#examplesOf(dataset, given), rows: dataset.rows };
    }
    const { data, shape } = this.#source.rows(x);
    const [size = 0, width = 0] = shape;
    const gather = (indices: Uint32Array, out: Float32Array): void => {
      indices.forEach((index, k) => {
        out.set(data.subarray(index * width, (index + 1) * width), k * width);
      });
    };
    const examples = scoringExamples({ size, sampleShape: [width], gather }, { binarize: this.#config.data.binarize });
    return { examples: this.#conditions?.areColumns === false ? this.#given(examples, given) : examples };
  }

  /** Examples with conditions that they come without. */
  #given(examples: Examples, given: ScoreOptions['given']): Examples {
    const rows = this.#source.conditionsOf(given, examples.size);
    const size = this.#conditions?.size ?? 0;
    if (!rows || !this.#conditions) return examples;
    return this.#conditions.withRows(examples, (index, out, at) => {
      out.set(rows.data.subarray(index * size, (index + 1) * size), at);
    });
  }

  async #examplesOf(dataset: Dataset, given?: ScoreOptions['given']): Promise<Examples> {
    const standardization = this.#standardization;
    await checkSupport('score', dataset, { config: this.#config, parts: this.#table, standardization });
    const examples = scoringExamples(dataset, { binarize: this.#config.data.binarize, standardization });
    if (given !== undefined) return this.#given(examples, given);
    return this.#conditions ? this.#conditions.beside(examples, dataset) : examples;
  }

  get #likelihood(): LikelihoodRow {
    return likelihoodRowOf(this.#config.model, this.#table);
  }

  #background(): Background {
    return backgroundFor(this.#config, { likelihood: this.#likelihood, standardization: this.#standardization });
  }
}

/** Contributions [n, blocks] with those of values that training never had, and a column for each constant. */
function withUnseen(
  contributions: NdArray<'float32'>,
  { modelled: blocks, constants }: TableEncoder,
  rows: RowFacts | undefined,
): NdArray<'float32'> {
  const count = contributions.shape[0] ?? 0;
  const columns = [...blocks.map(({ column }) => column), ...constants];
  const all = NdArray.zeros([count, columns.length], 'float32');
  for (let row = 0; row < count; row++) {
    const start = row * columns.length;
    all.data.set(contributions.data.subarray(row * blocks.length, (row + 1) * blocks.length), start);
    for (const { column, nats } of rows?.unseen(row) ?? []) {
      const at = column === undefined ? -1 : start + columns.indexOf(column);
      if (at >= start) all.data[at] = (all.data[at] ?? 0) + nats;
    }
  }
  return all;
}

function atRandom(dataset: Dataset, { limit, seed }: { readonly limit: number; readonly seed: number }): Dataset {
  if (dataset.size <= limit) return dataset;
  return subset(dataset, Uint32Array.from(permutation(key(seed), dataset.size).data.subarray(0, limit)));
}
