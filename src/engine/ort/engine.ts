import type { Engine } from '../engine.ts';
import type { OrtEngineName } from '../onnx/index.ts';
import { OrtProgram } from './program.ts';
import { loadRuntime } from './runtime.ts';
import type { RuntimeOptions } from './runtime.ts';

/** The engine on one build of ONNX Runtime. @throws UnsupportedError when the build does not load here */
export async function createOrtEngine(name: OrtEngineName, options: RuntimeOptions): Promise<Engine> {
  const runtime = await loadRuntime(name, options);
  return { name, threads: options.threads, compile: (spec) => OrtProgram.compile(spec, runtime) };
}
