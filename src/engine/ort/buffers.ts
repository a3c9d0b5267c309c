import type { Tensor as OrtTensor } from 'onnxruntime-common';
import { NdArray, sameShape } from '../../core/index.ts';
import type { Tensor } from '../../graph/index.ts';
import type { NamedArrays, ProgramSpec } from '../engine.ts';
import { concreteShape } from '../feeds.ts';
import type { Sizes } from '../feeds.ts';
import type { Plan } from './plan.ts';
import type { OrtRuntime } from './runtime.ts';

/** An array and the ORT tensor over its memory. */
export interface Buffer {
  readonly array: NdArray;
  readonly ort: OrtTensor;
}

/**
 * Where values of a program live for good. A value goes straight into a bound output's array where there is one that no
 * bound input overlaps; a value that later steps or a state slot read has a buffer of the program's own; a value that
 * only leaves through `run` has none, and is new in every run.
 */
export function placeValues(
  spec: ProgramSpec,
  plan: Plan,
  sizes: Sizes,
  runtime: OrtRuntime,
): ReadonlyMap<Tensor, Buffer> {
  const { graph, steps } = plan;
  const homes = new Map<Tensor, Buffer>();
  const boundInputs = Object.values(spec.boundInputs ?? {});
  const produced = new Set(steps.flatMap((step) => (step.kind === 'host' ? [step.node] : step.outputs.map((port) => port.tensor)))); // prettier-ignore

  for (const [name, array] of Object.entries(spec.boundOutputs ?? {})) {
    const output = spec.outputs[name];
    const tensor = output && graph.representative(output);
    if (!tensor || !produced.has(tensor) || homes.has(tensor)) continue;
    const fits = sameShape(concreteShape(tensor.shape, sizes), array.shape);
    if (fits && !boundInputs.some((other) => overlap(array, other))) homes.set(tensor, bufferOver(array, runtime));
  }
  const readAgain = [
    ...steps.flatMap((step) => (step.kind === 'host' ? step.inputs : step.inputs.map((port) => port.tensor))),
    ...Object.values(spec.state ?? {}).map(graph.representative),
  ];
  for (const tensor of readAgain) {
    if (!produced.has(tensor) || homes.has(tensor)) continue;
    homes.set(tensor, bufferOver(NdArray.zeros(concreteShape(tensor.shape, sizes), tensor.dtype), runtime));
  }
  return homes;
}

export function bufferOver(array: NdArray, runtime: OrtRuntime): Buffer {
  return { array, ort: runtime.tensor(array.dtype, array.data, array.shape) };
}

/** ORT tensors over the bound inputs, made once. */
export function boundBuffers(arrays: NamedArrays, runtime: OrtRuntime): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(arrays).map(([name, array]) => [name, bufferOver(array, runtime)]));
}

function overlap({ data: a }: NdArray, { data: b }: NdArray): boolean {
  return (
    a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength
  );
}
