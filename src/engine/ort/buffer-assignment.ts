import { NdArray, sameShape } from '../../core/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { ProgramSpec } from '../engine.ts';
import { concreteShape } from '../feeds.ts';
import type { Sizes } from '../feeds.ts';
import type { Plan } from './plan.ts';

/**
 * The buffer assignment of a program: the arrays that its values have for good. A value goes straight into a bound output's
 * array where there is one that no bound input overlaps; a value that later steps or a state slot read has an array of the
 * program's own; a value that only leaves through `run` has none, and is new in every run.
 */
export function assignBuffers(spec: ProgramSpec, plan: Plan, sizes: Sizes): Map<Tensor, NdArray> {
  const { graph, steps } = plan;
  const buffers = new Map<Tensor, NdArray>();
  const boundInputs = Object.values(spec.boundInputs ?? {});
  const produced = new Set(steps.flatMap((step) => (step.kind === 'host' ? [step.node] : step.outputs)));

  for (const [name, array] of Object.entries(spec.boundOutputs ?? {})) {
    const output = spec.outputs[name];
    const tensor = output && graph.representative(output);
    if (!tensor || !produced.has(tensor) || buffers.has(tensor)) continue;
    const fits = sameShape(concreteShape(tensor.shape, sizes), array.shape);
    if (fits && !boundInputs.some((other) => overlap(array, other))) buffers.set(tensor, array);
  }
  const readAgain = [
    ...steps.flatMap((step) => step.inputs),
    ...Object.values(spec.state ?? {}).map(graph.representative),
  ];
  for (const tensor of readAgain) {
    if (!produced.has(tensor) || buffers.has(tensor)) continue;
    buffers.set(tensor, NdArray.zeros(concreteShape(tensor.shape, sizes), tensor.dtype));
  }
  return buffers;
}

function overlap({ data: a }: NdArray, { data: b }: NdArray): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}
