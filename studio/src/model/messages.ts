// What the pages and the worker in which a model computes say to each other.
import type { EpochEvent, StepEvent } from 'rootsigma';

/** A cell of a table's row; null is missing. */
export type CellValue = string | number | boolean | null;
export type Row = Readonly<Record<string, CellValue>>;

export interface OpenRequest {
  /** The run's files: config.json, model.safetensors and, where there is one, thresholds.json. */
  readonly files: readonly (readonly [name: string, bytes: Uint8Array])[];
}

export interface OpenedModel {
  readonly latent: number;
  readonly exampleShape: readonly number[];
  readonly engine: string;
  /** What p(x|z) is given beside z, name by name, and a condition that training had; absent where there is none. */
  readonly condition?: { readonly fields: readonly TableField[]; readonly example: Row };
  /** Columns of a table, with what a form needs. */
  readonly columns?: readonly TableField[];
}

export interface TableField {
  readonly name: string;
  readonly kind: 'number' | 'date' | 'category' | 'boolean' | 'label' | 'constant' | 'other';
  readonly levels?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly nullable: boolean;
}

export interface DecodeRequest {
  /** [count, latent] */
  readonly z: Float32Array;
  /** The condition, the same for all. */
  readonly given?: Row | undefined;
}

/** E[x|z] as it is looked at: pictures as shades, rows as cells, else numbers. */
export interface Decoded {
  readonly shades?: Uint8Array;
  readonly values?: Float32Array;
  readonly shape: readonly number[];
  readonly cells?: readonly Row[];
}

/** What a model makes of one row of a table. */
export interface WhatIf {
  readonly mean: Float32Array;
  readonly stddev: Float32Array;
  /** Nats by column: −log p(cell|z) at z = μ(x). */
  readonly contributions: readonly { readonly column: string; readonly nats: number }[];
  readonly reconstruction: number;
  /** Absent of a model without a density. */
  readonly elbo?: number;
  /** The run's own score, where what it is fitted to is at hand. */
  readonly score?: number;
  /** x ~ p(x|z), z ~ q(z|x): so many values a column. */
  readonly draws: Readonly<Record<string, readonly CellValue[]>>;
  /** What the library said of the row: a new category, a text that is no number. */
  readonly notices: readonly string[];
}

/** What the playground trains. */
export interface PlaygroundRequest {
  readonly data: { readonly kind: 'set'; readonly name: string } | { readonly kind: 'file'; readonly file: File };
  readonly options: Readonly<Record<string, unknown>>;
  /** How a file is read. */
  readonly dataOptions: Readonly<Record<string, unknown>>;
  readonly examples: number;
}

export type PlaygroundTold =
  /** Where it stands: the last step, and the epochs that ended since it was told last. */
  | { readonly kind: 'progress'; readonly step: StepEvent | undefined; readonly epochs: readonly EpochEvent[] }
  | { readonly kind: 'notice'; readonly line: string }
  | { readonly kind: 'look'; readonly look: PlaygroundLook };

/** A model as it is while it learns. */
export interface PlaygroundLook {
  readonly step: number;
  /** Means and standard deviations of q(z|x) of some test examples, [n, latent]. */
  readonly mean: Float32Array;
  readonly stddev: Float32Array;
  /** Of the first two dimensions: Σ₁₁, Σ₁₂, Σ₂₂ of each in turn. */
  readonly covariance: Float32Array;
  readonly latent: number;
  readonly labels?: Uint32Array;
  readonly classes?: readonly string[];
  /** What samples are given beside z, where the model has a condition. */
  readonly condition?: NonNullable<OpenedModel['condition']>;
  /** Draws from the prior, and the first test examples beside their reconstructions. */
  readonly samples?: Decoded;
  readonly originals?: Decoded;
  readonly reconstructions?: Decoded;
}
