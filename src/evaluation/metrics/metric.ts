import type { FloatDType, NdArray } from '../../core/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Table } from '../../io/index.ts';
import type { Capability } from '../../models/index.ts';
import type { Examples } from '../../objectives/index.ts';
import type { PartOptions, ValuesOf } from '../../parts/index.ts';
import type { Key } from '../../random/index.ts';
import type { Codes, MeasuredModel } from './encode.ts';

/** What one number of a metric says. */
export interface Quantity {
  /** One line: `gap between the two codes that know most of a factor, as a share of its entropy`. */
  readonly what: string;
  /** The least and the most that it may be; infinite where there is no bound. Names have none. */
  readonly range?: readonly [least: number, most: number];
  /** Which is better. Default: neither. */
  readonly better?: 'larger' | 'smaller' | 'neither';
  /** Of names: the quantity whose list they name, number by number. */
  readonly namesOf?: string;
  /** Default: a number without one. */
  readonly unit?: string;
}

/** A number, with its standard error where there is one, or a list of numbers (one a dimension, one a factor), or of the names of these. */
export type Reading =
  number | { readonly value: number; readonly standardError: number } | readonly number[] | readonly string[];

/** What a metric came to: a reading for each of its quantities. */
export type Readings<Q extends string = string> = Readonly<Record<Q, Reading>>;

/** What a metric asks of a run and of the examples it is evaluated on. */
export interface MetricNeeds {
  readonly prior?: readonly Capability[];
  readonly posterior?: readonly Capability[];
  /** A class for each example. */
  readonly labels?: true;
  /** The factors that each example was made from. */
  readonly factors?: true;
  readonly images?: true;
  readonly table?: true;
}

/** Examples in their two forms. */
export interface MetricExamples {
  /** As the model takes them: binarised, standardised. */
  readonly examples: Examples;
  /** As they are in the data, with their labels, factors and columns. */
  readonly dataset: Dataset;
}

/** What is measured: a model, on examples. */
export interface MetricSubject extends MeasuredModel, MetricExamples {
  /**
   * The training split of the source of the examples; where that has no split of its own, of the data that the run was trained on.
   * @throws DataError when they are not at hand
   */
  readonly training: () => Promise<MetricExamples>;
  /** Draws z ~ p(z), in the data's units, [count, ...exampleShape]: E[x|z], or a draw x ~ p(x|z). */
  readonly sample: (
    count: number,
    options: { readonly seed: number; readonly show: 'mean' | 'draw' },
  ) => Promise<NdArray<FloatDType>>;
  /** Examples in the data's units, such as draws, as the model takes them. */
  readonly examplesOf: (dataset: Dataset) => Examples;
  /** Draws as rows of the table that the model was trained on. */
  readonly sampleTable: (count: number, options: { readonly seed: number }) => Promise<Table>;
}

/** What a metric computes with. */
export interface MetricContext extends MetricSubject {
  /** Of the evaluation: for what takes a seed, and no key. */
  readonly seed: number;
  /** The metric's own, of seed and name: what else is measured changes nothing. */
  readonly key: Key;
  /** q(z|x) of the examples, computed once for all metrics. */
  readonly codes: () => Promise<Codes>;
  /** What several metrics need, computed for the first of them, with a key of its name: the same whoever asks first. */
  readonly once: <T>(what: string, make: (key: Key) => Promise<T>) => Promise<T>;
  readonly onProgress: (done: number, total: number) => void;
}

/** A row of the table of metrics, beside the code that it is about: API, command line and docs/metrics.md are derived from it. */
export interface Metric<N extends string = string, O extends PartOptions = PartOptions, Q extends string = string> {
  /** Lower case, words parted by hyphens. */
  readonly name: N;
  /** One line: what it tells. */
  readonly summary: string;
  /** The numbers that it gives, by name, the most wanted first. */
  readonly quantities: Readonly<Record<Q, Quantity>>;
  readonly formula?: string;
  /** Authors, year, title. */
  readonly paper?: string;
  /** What is good to know of the estimate: its bias, what it leaves out. */
  readonly remarks?: string;
  /** In words, what it takes for n examples: `one pass of the encoder`. */
  readonly cost: string;
  readonly needs: MetricNeeds;
  readonly options: O;
  /** @throws UnsupportedError in a sentence, where only computing shows that it cannot be had */
  compute(context: MetricContext, options: ValuesOf<O>): Promise<Readings<Q>>;
}

/** A metric, built in or of one's own: `run.evaluate({ metrics: [defineMetric({ … })] })`. */
export function defineMetric<const N extends string, const O extends PartOptions, const Q extends string>(
  metric: Metric<N, O, Q>,
): Metric<N, O, Q> {
  return metric;
}
