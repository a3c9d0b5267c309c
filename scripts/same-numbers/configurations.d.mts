import type { ModelOptions } from '../../src/index.ts';

export interface Configuration {
  readonly data: () => {
    readonly values?: Float32Array<ArrayBuffer>;
    readonly shape?: readonly number[];
    readonly columns?: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  };
  readonly options: ModelOptions;
  /** The step after which the training is stopped and resumed. */
  readonly stopAfter?: number;
}

export declare const configurations: Readonly<Record<string, Configuration>>;
export declare function optionsOf(configuration: Configuration): ModelOptions;
