import type { Dataset } from '../data/index.ts';
import type { Engine } from '../engine/index.ts';
import type { EvaluationProgress } from '../evaluation/index.ts';
import type { RunConfig } from '../io/index.ts';
import type { Vae } from '../models/index.ts';
import type { NamedParameters } from '../training/index.ts';
import type { DataInput } from './data.ts';

export interface RunParts {
  readonly config: RunConfig;
  readonly model: Vae;
  readonly engine: Engine;
  readonly parameters: NamedParameters;
  /** The data it was trained on, when it is at hand; else it is looked up by `config.data.source`. */
  readonly data?: DataInput | undefined;
  /** Where the run lies, when it was saved or loaded. */
  readonly path?: string | undefined;
}

export interface RunEvaluateOptions {
  /** Default: the test split of the data it was trained on. */
  readonly data?: DataInput;
  /** Draws of z an example for the NLL. Default: 100. */
  readonly samples?: number;
  /** Evaluate the first so many examples. Default: all. */
  readonly limit?: number;
  /** Default: 0. */
  readonly seed?: number;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TestData {
  readonly dataset: Dataset;
  readonly split: 'test' | 'all';
  /** What a person should know, such as categories that training had not. */
  readonly notes: readonly string[];
}

export interface ExamplesOptions {
  /** Default: the data it was trained on. */
  readonly data?: DataInput | undefined;
  /** Default: test. */
  readonly split?: 'test' | 'train' | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
  /** Choose at random; default: the first ones. */
  readonly seed?: number | undefined;
}

export interface SampleOptions {
  /** Default: 0. */
  readonly seed?: number;
  /** What of p(x|z) to give. Default: mean; for tables draw. */
  readonly show?: 'mean' | 'mode' | 'draw';
  /** Draws of tables: whether values are missing, as often as the model has learned. Default: true. */
  readonly missing?: boolean;
  /** Draws of tables: whether numeric columns are brought to the training rows' distributions, rank by rank. Default: true. */
  readonly matchMarginals?: boolean;
}
