import type { PackedArray } from '../../core/messages/index.ts';
import type { PackedGraph } from '../../graph/index.ts';
import type { EngineChoice } from '../choice.ts';

/** An engine of the worker's, by its number. */
export interface RemoteEngineFacts {
  readonly engine: number;
  readonly name: string;
  readonly choice?: EngineChoice;
  readonly threads: number;
  readonly notice?: string;
}

/** Which engine a worker makes for another thread, on how many threads. */
export interface RemoteEngineOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
}

export interface CompileRequest {
  readonly engine: number;
  readonly outputs: PackedGraph;
  readonly boundInputs: Readonly<Record<string, PackedArray>>;
  readonly threads?: number;
}

/** A program of the worker's, by its number. */
export interface CompiledFacts {
  readonly program: number;
  readonly inputs: readonly string[];
}

export interface RunRequest {
  readonly program: number;
  readonly feeds: Readonly<Record<string, PackedArray>>;
}
