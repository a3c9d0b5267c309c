import type * as ortCommon from 'onnxruntime-common';
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import { UnsupportedError } from '../../core/index.ts';
import type { DType, TypedArray } from '../../core/index.ts';
import type { OrtEngineName } from '../onnx/index.ts';
import { isNode } from './threads.ts';

/** One build of ONNX Runtime, loaded. */
export interface OrtRuntime {
  readonly name: OrtEngineName;
  /** Whether a run writes into the outputs' arrays; where it does not, the results are copied there. */
  readonly writesOutputs: boolean;
  /**
   * @param threads at most the runtime's, which are the default
   * @throws UnsupportedError with the reason when the build cannot run the model
   */
  createSession(model: Uint8Array, threads?: number): Promise<InferenceSession>;
  tensor(dtype: DType, data: TypedArray, shape: readonly number[]): OrtTensor;
}

/** What both packages export (they share onnxruntime-common, where the types are). */
type OrtModule = typeof ortCommon;

export interface RuntimeOptions {
  readonly threads: number;
}

/** Loads one build; the other stays untouched. @throws UnsupportedError with the reason when it does not load here */
export async function loadRuntime(name: OrtEngineName, { threads }: RuntimeOptions): Promise<OrtRuntime> {
  try {
    const module = name === 'onnxruntime-node' ? await importNode() : await importWeb(threads);
    return makeRuntime(name, module, threads);
  } catch (cause) {
    throw new UnsupportedError(`createEngine: ${name} does not load here: ${reasonOf(cause)}`, { cause });
  }
}

async function importNode(): Promise<OrtModule> {
  if (!isNode()) throw new Error('it needs Node');
  // Read when the library starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const module = await importHidden('onnxruntime-node');
  return module.default ?? module;
}

async function importWeb(threads: number): Promise<OrtModule> {
  // In Node the main entry is the build that finds its .wasm beside itself and its threads in worker_threads.
  const module: OrtModule = isNode() ? await importHidden('onnxruntime-web') : await import('onnxruntime-web/wasm');
  // Takes effect with the first session of the process.
  module.env.wasm.numThreads = threads;
  return module;
}

/** Bundlers for the browser do not follow a specifier that is not a literal. */
function importHidden(specifier: string): Promise<OrtModule & { default?: OrtModule }> {
  return import(/* @vite-ignore */ specifier) as Promise<OrtModule & { default?: OrtModule }>;
}

function makeRuntime(name: OrtEngineName, ort: OrtModule, threads: number): OrtRuntime {
  // What goes wrong is thrown; nothing is printed besides.
  ort.env.logLevel = 'fatal';
  const { InferenceSession } = ort;
  const Tensor: TensorConstructor = ort.Tensor;
  const options: InferenceSession.SessionOptions = {
    executionProviders: [name === 'onnxruntime-node' ? 'cpu' : 'wasm'],
    graphOptimizationLevel: 'basic',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  };
  return {
    name,
    writesOutputs: name === 'onnxruntime-node',
    createSession: async (model, sessionThreads = threads) => {
      try {
        return await InferenceSession.create(model, {
          ...options,
          intraOpNumThreads: Math.min(sessionThreads, threads),
        });
      } catch (cause) {
        throw new UnsupportedError(`compile: ${name} refuses the model: ${reasonOf(cause)}`, { cause });
      }
    },
    tensor: (dtype, data, shape) => new Tensor(dtype, data, shape),
  };
}

/** The first line of an error's message. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
}
