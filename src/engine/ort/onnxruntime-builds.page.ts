// In pages and their workers; Node has onnxruntime-builds.ts in its place.
import { input, neg } from '../../graph/index.ts';
import { toOnnx } from '../onnx/index.ts';
import { packageRuntime } from './package-runtime.ts';
import type { OrtModule } from './package-runtime.ts';
import { reasonOf } from './reason.ts';
import type { OrtBuilds, OrtRuntime, RuntimeOptions } from './runtime.ts';

export const ortBuilds: OrtBuilds = {
  'onnxruntime-node': () => Promise.reject(new Error('it needs Node')),
  'onnxruntime-web': loadWeb,
};

/**
 * The build whose only other file is its .wasm, which is fetched here. One thread: ONNX Runtime's own wait for each other after
 * every op, and start from scripts that bundlers do not put where it looks for them; steps are shared by workers instead.
 */
async function loadWeb({ wasmPaths }: RuntimeOptions): Promise<OrtRuntime> {
  const ort = await import('#onnxruntime-web');
  // Both take effect with the first session of the page.
  ort.env.wasm.numThreads = 1;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const runtime = packageRuntime('onnxruntime-web', ort);
  await fetchWasm(ort);
  return runtime;
}

/** @throws Error that says where the file may lie */
async function fetchWasm({ InferenceSession }: OrtModule): Promise<void> {
  const model = toOnnx({ name: 'probe', outputs: { y: neg(input('x', [1])) } });
  try {
    const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
    await session.release();
  } catch (cause) {
    throw new Error(
      `its file ort-wasm-simd-threaded.wasm could not be used (${reasonOf(cause)}). ` +
        "Where the bundler does not copy it, as esbuild, put it beside the page's scripts, out of rootsigma's folder dist/onnxruntime-web, or say where it lies: engine: { wasmPaths: '/assets/' }",
      { cause },
    );
  }
}
