// In pages and their workers; Node has builds.ts in its place.
import { packageRuntime } from './package-runtime.ts';
import type { OrtBuilds, OrtRuntime, RuntimeOptions } from './runtime.ts';

export const ortBuilds: OrtBuilds = {
  'onnxruntime-node': () => Promise.reject(new Error('it needs Node')),
  'onnxruntime-web': loadWeb,
};

/** The build whose only other file is its .wasm, which is fetched when the first session is made. */
async function loadWeb({ threads, wasmPaths }: RuntimeOptions): Promise<OrtRuntime> {
  const ort = await import('onnxruntime-web/wasm');
  // Both take effect with the first session of the page.
  ort.env.wasm.numThreads = threads;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return packageRuntime('onnxruntime-web', ort);
}
