import { sizeOf, stridesOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import { broadcastStrides, forEachRow } from './strided.ts';
import { allocate } from './value.ts';
import type { Data, Kernel } from './value.ts';

/** Copies an index space from one strided array into another. */
function copy(
  shape: Shape,
  source: { readonly data: Data; readonly strides: readonly number[]; readonly offset?: number },
  target: { readonly data: Data; readonly strides: readonly number[]; readonly offset?: number },
): void {
  const from = source.data;
  const to = target.data;
  const fromOffset = source.offset ?? 0;
  const toOffset = target.offset ?? 0;
  forEachRow(shape, source.strides, target.strides, (i, o, step, outStep, length) => {
    i += fromOffset;
    o += toOffset;
    for (let n = 0; n < length; n++) to[o + n * outStep] = from[i + n * step]!;
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, x, axis) => total + x * b[axis]!, 0);
}

const reshape: Kernel<'reshape'> = (operands) => operands[0]!.data;

const broadcastTo: Kernel<'broadcastTo'> = (operands, node, shape) => {
  const x = operands[0]!;
  const out = allocate(node.dtype, sizeOf(shape));
  if (x.data.length === out.length) return x.data;
  if (x.data.length === 1) return out.fill(x.data[0]!);
  copy(shape, { data: x.data, strides: broadcastStrides(x.shape, shape) }, { data: out, strides: stridesOf(shape) });
  return out;
};

const transpose: Kernel<'transpose'> = (operands, node, shape) => {
  const x = operands[0]!;
  const own = stridesOf(x.shape);
  const strides = node.attributes.permutation.map((axis) => own[axis]!);
  const out = allocate(node.dtype, x.data.length);
  copy(shape, { data: x.data, strides }, { data: out, strides: stridesOf(shape) });
  return out;
};

const slice: Kernel<'slice'> = (operands, node, shape) => {
  const x = operands[0]!;
  const strides = stridesOf(x.shape);
  const out = allocate(node.dtype, sizeOf(shape));
  const offset = dot(node.attributes.starts, strides);
  copy(shape, { data: x.data, strides, offset }, { data: out, strides: stridesOf(shape) });
  return out;
};

const pad: Kernel<'pad'> = (operands, node, shape) => {
  const x = operands[0]!;
  const strides = stridesOf(shape);
  const out = allocate(node.dtype, sizeOf(shape));
  if (node.attributes.value !== 0) out.fill(node.attributes.value);
  const offset = dot(node.attributes.before, strides);
  copy(x.shape, { data: x.data, strides: stridesOf(x.shape) }, { data: out, strides, offset });
  return out;
};

const concat: Kernel<'concat'> = (operands, node, shape) => {
  const { axis } = node.attributes;
  const strides = stridesOf(shape);
  const out = allocate(node.dtype, sizeOf(shape));
  let position = 0;
  for (const x of operands) {
    const offset = position * strides[axis]!;
    copy(x.shape, { data: x.data, strides: stridesOf(x.shape) }, { data: out, strides, offset });
    position += x.shape[axis]!;
  }
  return out;
};

export const shapingKernels = { reshape, broadcastTo, transpose, slice, pad, concat };
