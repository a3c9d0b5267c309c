import { UnsupportedError, ValueError } from '../core/index.ts';
import type { Engine } from './engine.ts';
import type { OrtEngineName } from './onnx/index.ts';
import { createOrtEngine, defaultThreads, isNode, parseThreads } from './ort/index.ts';
import type { WasmPaths } from './ort/index.ts';
import { referenceEngine } from './reference/index.ts';

export type EngineName = 'reference' | OrtEngineName;

export const engineNames = ['auto', 'onnxruntime-node', 'onnxruntime-web', 'reference'] as const;

/** An engine's name, or with it where a page has its files. */
export type EngineChoice =
  | (typeof engineNames)[number]
  | {
      /** Default: auto. */
      readonly name?: (typeof engineNames)[number];
      /**
       * In pages: the URL of the folder where ONNX Runtime's `ort-wasm-simd-threaded.wasm` lies, ending in `/`, or the file's
       * own. Default: where the bundler put it. Counts for the first engine of a page.
       */
      readonly wasmPaths?: WasmPaths;
    };

export interface EngineOptions {
  /** `auto` (default): onnxruntime-node; where that does not load, and in browsers, onnxruntime-web. */
  readonly engine?: EngineChoice;
  /** Default: ROOTSIGMA_THREADS, else the physical cores. The reference engine uses one. */
  readonly threads?: number;
  /** Gets one line when another engine runs than the one preferred, or by a slower way, saying why. */
  readonly onNotice?: (line: string) => void;
}

/**
 * Loads an engine. ONNX Runtime is imported here, not when the package is.
 *
 * @throws UnsupportedError when the engine asked for does not load
 * @throws ValueError for an unknown engine or an impossible number of threads
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { onNotice } = options;
  const { name: engine = 'auto', wasmPaths } = choiceOf(options.engine);
  if (!engineNames.includes(engine)) {
    throw new ValueError(`createEngine: there is no engine '${engine as string}', only ${engineNames.join(', ')}.`);
  }
  if (engine === 'reference') return referenceEngine;
  const threads = options.threads === undefined ? defaultThreads() : parseThreads(options.threads, 'threads');
  const load = async (name: OrtEngineName): Promise<Engine> => {
    const loaded = await createOrtEngine(name, { threads, wasmPaths });
    if (loaded.notice !== undefined) onNotice?.(loaded.notice);
    return loaded;
  };
  if (engine !== 'auto') return load(engine);
  return isNode() ? loadPreferred(load, onNotice) : load('onnxruntime-web');
}

function choiceOf(engine: EngineChoice = {}): Exclude<EngineChoice, string> {
  return typeof engine === 'object' ? engine : { name: engine };
}

/** onnxruntime-node, or onnxruntime-web and one line that says why. */
export async function loadPreferred(
  load: (name: OrtEngineName) => Promise<Engine>,
  onNotice?: (line: string) => void,
): Promise<Engine> {
  try {
    return await load('onnxruntime-node');
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    onNotice?.(`${error.message} Running on onnxruntime-web (WebAssembly) instead, several times slower.`);
    return load('onnxruntime-web');
  }
}
