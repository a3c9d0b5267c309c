import { UnsupportedError } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import { isOp } from '../../graph/index.ts';
import type { ComputeOpName, OpName, Tensor } from '../../graph/index.ts';

export type OrtEngineName = 'onnxruntime-node' | 'onnxruntime-web';

export const ortEngineNames = ['onnxruntime-node', 'onnxruntime-web'] as const satisfies readonly OrtEngineName[];

interface Gap {
  readonly dtype: DType;
  readonly engines: readonly OrtEngineName[];
  readonly remedy: string;
}

const noFloat64: readonly Gap[] = [
  { dtype: 'float64', engines: ortEngineNames, remedy: 'Convert to float32 with cast() first' },
];

/**
 * What ONNX Runtime's CPU kernels cannot run, among the pairs of op and dtype that the graph allows; everything else
 * runs on both builds (a test loads every pair). The reference engine runs all. An op missing here has no gap.
 */
const gaps: Readonly<Partial<Record<OpName, readonly Gap[]>>> = {
  conv2d: noFloat64,
  convTranspose2d: noFloat64,
  conv2dWeightGradient: noFloat64,
  pow: [{ dtype: 'uint32', engines: ortEngineNames, remedy: 'Convert to int32 or a float with cast() first' }],
};

/** The dtype that decides whether a kernel exists: that of the values worked on, not of a condition. */
export function workingDType(node: Tensor): DType {
  const operand = isOp(node, 'where') ? node.inputs[1] : node.inputs[0];
  return operand?.dtype ?? node.dtype;
}

function gapOf(op: OpName, dtype: DType, engine: OrtEngineName): Gap | undefined {
  return gaps[op]?.find((gap) => gap.dtype === dtype && gap.engines.includes(engine));
}

/** Whether the engine runs the op on values of this dtype (the working dtype), if the op takes it at all. */
export function supports(op: OpName, dtype: DType, engine: OrtEngineName): boolean {
  return gapOf(op, dtype, engine) === undefined;
}

/** @throws UnsupportedError naming op, dtype, engine and what to do instead */
export function requireSupport(node: Tensor<ComputeOpName>, engine: OrtEngineName = 'onnxruntime-node'): void {
  const dtype = workingDType(node);
  const gap = gapOf(node.op, dtype, engine);
  if (!gap) return;
  const place = node.scope === '' ? '' : ` (in ${node.scope})`;
  throw new UnsupportedError(
    `${node.op}${place}: ${engine} has no ${dtype} kernel. ${gap.remedy}, or use the reference engine.`,
  );
}
