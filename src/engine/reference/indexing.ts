import { ValueError, formatShape, sizeOf } from '../../core/index.ts';
import { allocate } from './value.ts';
import type { Data, Kernel, Value } from './value.ts';

/** @throws ValueError when an index lies outside [0, size) */
function checkIndices(op: string, indices: Data, size: number): void {
  for (let k = 0; k < indices.length; k++) {
    if (indices[k]! < 0 || indices[k]! >= size) {
      throw new ValueError(`${op}: index ${indices[k]!} at position ${k} is outside [0, ${size}).`);
    }
  }
}

const gather: Kernel<'gather'> = (operands, node, shape) => {
  const [x, indices] = operands as [Value, Value];
  const { axis } = node.attributes;
  const size = x.shape[axis]!;
  checkIndices(`gather from ${formatShape(x.shape)}, axis ${axis}`, indices.data, size);
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const count = indices.data.length;
  const out = allocate(node.dtype, sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const from = (o * size + indices.data[k]!) * inner;
      out.set(x.data.subarray(from, from + inner), (o * count + k) * inner);
    }
  }
  return out;
};

const scatterAdd: Kernel<'scatterAdd'> = (operands, node, shape) => {
  const [updates, indices] = operands as [Value, Value];
  const { axis, size } = node.attributes;
  checkIndices(`scatterAdd into ${formatShape(shape)}, axis ${axis}`, indices.data, size);
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.data.length;
  const out = allocate(node.dtype, sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      const from = (o * count + k) * inner;
      const to = (o * size + indices.data[k]!) * inner;
      for (let n = 0; n < inner; n++) out[to + n]! += updates.data[from + n]!;
    }
  }
  return out;
};

export const indexingKernels = { gather, scatterAdd };
