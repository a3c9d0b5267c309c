// In Node, and what is like it. Pages have onnxruntime-builds.page.ts in its place: package.json, `imports`.
import { importHidden } from '../../core/index.ts';
import { loadNative } from './native-runtime.ts';
import { packageRuntime } from './package-runtime.ts';
import type { OrtModule } from './package-runtime.ts';
import { reasonOf } from './reason.ts';
import type { OrtBuilds, OrtRuntime, RuntimeOptions } from './runtime.ts';

export const ortBuilds: OrtBuilds = { 'onnxruntime-node': loadNode, 'onnxruntime-web': loadWeb };

async function loadNode({ access }: RuntimeOptions): Promise<OrtRuntime> {
  // Read when the library starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  if (access === 'package') return loadBinding();
  try {
    return await loadNative();
  } catch (cause) {
    if (access === 'c') throw cause;
    const notice = `onnxruntime-node runs by its own binding, which is slower: its C interface is out of reach: ${reasonOf(cause)}`;
    return { ...(await loadBinding()), notice };
  }
}

async function loadBinding(): Promise<OrtRuntime> {
  return packageRuntime('onnxruntime-node', await importHidden<OrtModule>('onnxruntime-node'));
}

/** The build that finds its .wasm beside itself and its threads in worker_threads. */
async function loadWeb({ threads }: RuntimeOptions): Promise<OrtRuntime> {
  const ort = await import('#onnxruntime-web');
  // Takes effect with the first session of the process.
  ort.env.wasm.numThreads = threads;
  return packageRuntime('onnxruntime-web', ort);
}
