import { UnsupportedError } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import type { OrtEngineName } from '../onnx/index.ts';
import { loadNative } from './native-runtime.ts';
import { loadPackage } from './package-runtime.ts';
import { isNode } from './threads.ts';

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
  /** How the native build is called: its C interface, or onnxruntime-node's own. Default: the first that loads. */
  readonly access?: 'c' | 'package' | undefined;
}

/** Loads one build; the other stays untouched. @throws UnsupportedError with the reason when it does not load here */
export async function loadRuntime(name: OrtEngineName, options: RuntimeOptions): Promise<OrtRuntime> {
  try {
    return name === 'onnxruntime-node' ? await loadNode(options) : await loadPackage(name, options.threads);
  } catch (cause) {
    throw new UnsupportedError(`createEngine: ${name} does not load here: ${reasonOf(cause)}`, { cause });
  }
}

async function loadNode({ threads, access }: RuntimeOptions): Promise<OrtRuntime> {
  if (!isNode()) throw new Error('it needs Node');
  // Read when the library starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  if (access === 'package') return loadPackage('onnxruntime-node', threads);
  try {
    return await loadNative();
  } catch (cause) {
    if (access === 'c') throw cause;
    const runtime = await loadPackage('onnxruntime-node', threads);
    return { ...runtime, notice: `onnxruntime-node runs by its own binding, which is slower: its C interface is out of reach: ${reasonOf(cause)}` }; // prettier-ignore
  }
}

/** The first line of an error's message. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
}
