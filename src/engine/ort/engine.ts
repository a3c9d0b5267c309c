import type { Engine } from '../engine.ts';
import type { OrtEngineName } from '../onnx/index.ts';
import { OrtProgram } from './program.ts';
import { loadRuntime } from './load-runtime.ts';
import type { RuntimeOptions } from './runtime.ts';

/** The engine on one build of ONNX Runtime. @throws UnsupportedError when the build does not load here */
export async function createOrtEngine(name: OrtEngineName, options: RuntimeOptions): Promise<Engine> {
  const runtime = await loadRuntime(name, options);
  const { threads, wasmPaths } = options;
  const { notice } = runtime;
  return {
    name,
    choice: wasmPaths === undefined ? name : { name, wasmPaths },
    threads,
    ...(notice !== undefined && { notice }),
    compile: (spec) => OrtProgram.compile({ ...spec, threads: Math.min(spec.threads ?? threads, threads) }, runtime),
  };
}
