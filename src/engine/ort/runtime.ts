import type { NdArray } from '../../core/index.ts';
import type { WasmPaths } from '../choice.ts';
import type { OrtEngineName } from '../onnx/index.ts';

/** A model that is loaded. */
export interface OrtSession {
  /**
   * Computes the outputs from the inputs, each in the order of the model, into the arrays given.
   * @throws Error with what ONNX Runtime said
   */
  run(inputs: readonly NdArray[], outputs: readonly NdArray[]): Promise<void>;
  release(): Promise<void>;
}

/** A model in ONNX's format and the names of what it takes and gives. */
export interface OrtModel {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** One build of ONNX Runtime, loaded. */
export interface OrtRuntime {
  readonly name: OrtEngineName;
  /** Why the faster way to the same build was not taken. */
  readonly notice?: string;
  /**
   * @param threads at most the runtime's
   * @throws Error when the build cannot run the model, with what it said
   */
  createSession(model: OrtModel, threads: number): Promise<OrtSession>;
}

export interface RuntimeOptions {
  readonly threads: number;
  readonly wasmPaths?: WasmPaths | undefined;
  /** How the native build is called: its C interface, or onnxruntime-node's own. Default: the first that loads. */
  readonly access?: 'c' | 'package' | undefined;
}

/** How each build is loaded here. */
export type OrtBuilds = Readonly<Record<OrtEngineName, (options: RuntimeOptions) => Promise<OrtRuntime>>>;
