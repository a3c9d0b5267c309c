import { checkOptions, rule } from '../core/index.ts';
import type { OrtEngineName } from './onnx/support.ts';

/** The name of an engine that computes. */
export type EngineName = 'reference' | OrtEngineName;

/** What `createEngine` takes as `engine`; `auto` is the fastest that loads. */
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

/** Where ONNX Runtime's WebAssembly file lies: the URL of its folder, ending in `/`, or its own. */
export type WasmPaths = string | { readonly wasm: string };

/** The name, and what goes with it. */
export function choiceOf(engine: EngineChoice = {}): Exclude<EngineChoice, string> {
  const choice = typeof engine === 'object' ? engine : { name: engine };
  checkOptions('createEngine: engine', choice, { name: rule.oneOf(engineNames), wasmPaths: rule.anything });
  return choice;
}
