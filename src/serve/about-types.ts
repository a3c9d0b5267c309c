import type { Cell } from '../io/index.ts';

/** A column of the table that a run was trained on. */
export interface ColumnInfo {
  readonly name: string;
  readonly kind: string;
  /** Up to 100. */
  readonly levels?: readonly Cell[];
  /** Of the training rows; dates as texts that a request may have, ISO 8601. */
  readonly min?: number | string;
  readonly max?: number | string;
}

/** What `GET /runs/NAME` says. */
export interface RunAbout {
  readonly name: string;
  /** 1, and one more whenever it is loaded anew. */
  readonly generation: number;
  readonly loadedAt: string;
  readonly trainedOn: string;
  /** Whether examples are arrays (`x`), or rows of a table (`rows`). */
  readonly takes: 'arrays' | 'rows';
  readonly exampleShape: readonly number[];
  readonly latent: number;
  readonly prior: string;
  readonly posterior: string;
  readonly likelihood: string;
  /** What ELBO and NLL are the logarithms of. */
  readonly measure: string;
  readonly engine: string;
  readonly columns?: readonly ColumnInfo[];
  /** What the model is given of each example. */
  readonly condition?: readonly string[];
  readonly operations: readonly { readonly name: string; readonly options: readonly string[] }[];
}
