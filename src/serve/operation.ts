import type { AnomalyMethod, GivenRows } from '../api/index.ts';
import type { NdArray, OptionRule } from '../core/index.ts';
import type { Table } from '../io/index.ts';
import type { LoadedRun } from './served-runs.ts';
import type { Scheduler } from './scheduler.ts';

/** A piece of JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** An option of an operation: in JSON beside the input, in an address as text. */
export interface ServedOption {
  readonly rule: OptionRule;
  readonly schema: Schema;
  readonly what: string;
}

/** What an operation's options may be; each takes some of them. */
export interface OperationOptions {
  readonly what?: 'mean' | 'stddev' | 'covariance';
  readonly draws?: number;
  readonly seed?: number;
  readonly given?: GivenRows;
  readonly method?: AnomalyMethod;
  readonly count?: number;
  readonly show?: 'mean' | 'mode' | 'draw';
  readonly missing?: boolean;
  readonly tries?: number;
  readonly sweeps?: number;
}

export type OptionName = keyof OperationOptions;

/** What a request is about. */
export type Input =
  | { readonly kind: 'array'; readonly array: NdArray }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'none' };

export interface PerformContext {
  readonly loaded: LoadedRun;
  readonly scheduler: Scheduler;
  readonly limits: Limits;
  /** Fires when the client has gone. */
  readonly gone: AbortSignal | undefined;
  /** What the client should know. */
  readonly onNotice: (line: string) => void;
}

/** What a request may ask for. */
export interface Limits {
  /** Rows of a request. */
  readonly maxRows: number;
  /** Numbers in an answer. */
  readonly maxNumbers: number;
}

/** What is answered: as JSON, and where one array says it all, as NPY. */
export interface Answer {
  readonly json: () => Readonly<Record<string, unknown>>;
  readonly array?: NdArray | undefined;
}

/** All there is to know of an operation: one row a file. */
export interface Operation {
  readonly name: string;
  readonly summary: string;
  /** Examples of the run, codes z, examples with gaps, or nothing. */
  readonly input: 'examples' | 'codes' | 'gaps' | 'none';
  readonly options: (loaded: LoadedRun) => readonly OptionName[];
  /** The properties of the JSON answer. */
  readonly answer: (loaded: LoadedRun) => Readonly<Record<string, Schema>>;
  /** What the array is, where an answer can be one. */
  readonly arrayOf?: (loaded: LoadedRun) => string | undefined;
  readonly perform: (input: Input, options: OperationOptions, context: PerformContext) => Promise<Answer>;
}
