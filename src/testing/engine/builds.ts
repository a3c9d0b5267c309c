import type { OrtEngineName } from '../../engine/onnx/index.ts';
import type { RuntimeOptions } from '../../engine/ort/runtime.ts';

/** Every way to ONNX Runtime. */
export const ortBuilds: readonly {
  readonly label: string;
  readonly name: OrtEngineName;
  readonly access?: RuntimeOptions['access'];
}[] = [
  { label: 'onnxruntime-node', name: 'onnxruntime-node', access: 'c' },
  { label: 'onnxruntime-node by its own binding', name: 'onnxruntime-node', access: 'package' },
  { label: 'onnxruntime-web', name: 'onnxruntime-web' },
];
