import { rule } from '../../core/index.ts';
import type { OnNotice, OptionRules } from '../../core/index.ts';
import { splitNames } from '../../data/index.ts';
import type { Dataset, DatasetSplits, SplitChoice, SplitName, Standardization } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { Evaluation, EvaluationProgress, Measurements, MetricChoice } from '../../evaluation/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import type { Store } from '../../io/index.ts';
import type { Vae } from '../../models/index.ts';
import type { NamedParameters } from '../../training/index.ts';
import type { Conditions, GivenRows } from '../data/conditions.ts';
import type { DataInput } from '../data/data.ts';
import type { Given } from '../data/given-conditions.ts';
import type { Acceptance } from './filters.ts';

/** What a `Run` is made of, where it is put together by hand. */
export interface RunParts {
  readonly config: RunConfig;
  readonly model: Vae;
  readonly engine: Engine;
  readonly parameters: NamedParameters;
  /** The table in which the configuration's parts stand. Default: the built-in ones. */
  readonly parts?: PartTable | undefined;
  /** Of its data, where the configuration says `scale`. */
  readonly standardization?: Standardization | undefined;
  /** What its model is given of each example, where the configuration says so. */
  readonly conditions?: Conditions | undefined;
  /** The data it was trained on, when it is at hand; else it is looked up by `config.data.source`. */
  readonly data?: DataInput | (() => Promise<DatasetSplits>) | undefined;
  /** Where the run lies, when it was saved or loaded. */
  readonly store?: Store | undefined;
  /** Gets what there is to know of data that the run reads, one line each. Default: the console. */
  readonly onNotice?: OnNotice | undefined;
}

/** Options of `run.evaluate`: on which examples, with how many draws, and what else is measured. */
export interface RunEvaluateOptions extends GivenOptions {
  /** Default: the data it was trained on. */
  readonly data?: DataInput;
  /** Which of the data. Default: the test split, or all where there is none. */
  readonly split?: SplitChoice | undefined;
  /** Draws of z an example, for ELBO and NLL. Default: 100. */
  readonly draws?: number;
  /** @deprecated Its former name: `draws`. */
  readonly samples?: number;
  /** Evaluate the first so many examples. Default: all. */
  readonly limit?: number;
  /** Default: 0. */
  readonly seed?: number;
  /**
   * What else is measured (docs/metrics.md has them all): names, `{ name, …options }` or metrics of one's own; 'all' takes
   * those that the run and the examples have. Default: none.
   */
  readonly metrics?: 'all' | readonly MetricChoice[] | undefined;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Gets what is known so far: ELBO and NLL, and again after each metric. Who interrupts an evaluation has that. */
  readonly onPartial?: (evaluation: RunEvaluation) => void;
  readonly signal?: AbortSignal;
}

/** What `run.evaluate` gives: with `metrics`, what they came to, and of 'all' those that cannot be had, with the reason. */
export type RunEvaluation = Evaluation & Partial<Measurements>;

export const splitRule = rule.oneOf([...splitNames, 'all']);

/** Which of data that have to be read. */
export interface SplitOptions {
  /** Default: the test split, or all where there is none. */
  readonly split?: SplitChoice | undefined;
}

export const splitOptionRules: OptionRules<SplitOptions> = { split: splitRule };

/** Of a model with a condition: what of it there is where examples come without. */
export interface GivenOptions {
  /**
   * The condition of examples that are plain arrays, or of codes: `{ label: '3' }`, the same for all, or `{ label: ['3', '1', …] }`, one for
   * each; `label=3` as text. Data that are read have their own, which `given` replaces.
   */
  readonly given?: GivenRows | undefined;
}

export const givenRule = rule.either(rule.text, rule.object);

/** Options of `run.decode`. */
export interface DecodeCodesOptions extends GivenOptions {
  /** z is given by the numbers of its codes, [batch, positions], as `encode` gives them of a posterior with codes. Default: false. */
  readonly codes?: boolean | undefined;
}

/** Options of `run.encode`: which of the data, and draws of z beside the moments. */
export interface EncodeOptions extends SplitOptions, GivenOptions {
  /** Draws z ~ q(z|x) of each example, beside its moments. Default: none. */
  readonly draws?: number | undefined;
  /** Of the draws. Default: 0. */
  readonly seed?: number | undefined;
}

export const encodeOptionRules: OptionRules<EncodeOptions> = {
  ...splitOptionRules,
  given: givenRule,
  draws: rule.whole(1),
  seed: rule.seed,
};

export const evaluateOptionRules: OptionRules<RunEvaluateOptions> = {
  data: rule.anything,
  split: splitRule,
  draws: rule.whole(1),
  samples: rule.whole(1),
  limit: rule.whole(1),
  seed: rule.seed,
  given: givenRule,
  metrics: rule.either(rule.oneOf(['all']), rule.listOf(rule.either(rule.text, rule.object), 'metrics', 1)),
  onProgress: rule.callback,
  onPartial: rule.callback,
  signal: rule.signal,
};

/** Examples of one split, and what there is to know of them: what `run.testData` gives. */
export interface TestData {
  readonly dataset: Dataset;
  readonly split: SplitChoice;
  /** How many examples the splits have in all. */
  readonly total: number;
  /** Of all examples of several splits: the split of each. */
  readonly splits?: readonly SplitName[];
  /** What a person should know, such as categories that training had not. */
  readonly notes: readonly string[];
}

/** Which examples `run.examples` gives. */
export interface ExamplesOptions {
  /** Default: the data it was trained on. */
  readonly data?: DataInput | undefined;
  /** Default: the test split, or all where there is none. */
  readonly split?: SplitChoice | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
  /** Choose at random; default: the first ones. */
  readonly seed?: number | undefined;
}

export const examplesOptionRules: OptionRules<ExamplesOptions> = {
  data: rule.anything,
  split: splitRule,
  limit: rule.whole(1),
  seed: rule.seed,
};

/** Options of `run.sample` and `run.sampleTable`. */
export interface SampleOptions {
  /**
   * Rows drawn at most until enough have what `given` asks of columns that the model draws. Default: 200 times as many as are wanted, and
   * 100,000 at least.
   */
  readonly tries?: number | undefined;
  /** Gets how many rows were drawn for that, and how many had it. */
  readonly onAcceptance?: ((acceptance: Acceptance) => void) | undefined;
  /**
   * Of a model with a condition: what drawn examples are to have, `{ colour: 'red', size: 3 }`, or shares of several, `{ colour: { red: 0.3, blue:
   * 0.7 } }`; as text `colour=red,size=3` and `colour=red:0.3,colour=blue:0.7`. What it does not say is drawn as often as it is in
   * training, among the training rows that have what is given. Default: all of it is.
   *
   * Of a table's columns that the model draws, `{ smoker: 'yes', age: { above: 60 } }` or `smoker=yes,age>60`: rows are drawn until enough have
   * it (rejection), and the share that had is said.
   */
  readonly given?: Given | undefined;
  /** Default: 0. */
  readonly seed?: number;
  /** What of p(x|z) to give. Default: mean; for tables draw. */
  readonly show?: 'mean' | 'mode' | 'draw';
  /** Draws of tables: whether values are missing, as often as the model has learned. Default: true. */
  readonly missing?: boolean;
  /** Draws of tables: whether numeric columns are brought to the training rows' distributions, rank by rank. Default: true. */
  readonly matchMarginals?: boolean;
}

export const sampleOptionRules: OptionRules<SampleOptions> = {
  given: givenRule,
  tries: rule.whole(1),
  onAcceptance: rule.callback,
  seed: rule.seed,
  show: rule.oneOf(['mean', 'mode', 'draw']),
  missing: rule.flag,
  matchMarginals: rule.flag,
};
