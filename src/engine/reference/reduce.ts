import { ShapeError, formatShape, isFloat, sizeOf, stridesOf } from '../../core/index.ts';
import type { DType } from '../../core/index.ts';
import type { reduceOps } from '../../graph/index.ts';
import { forEachRow } from './strided.ts';
import { allocate } from './value.ts';
import type { Kernel } from './value.ts';

type Combine = (accumulated: number, x: number) => number;

/** How one dtype is reduced: where to start and how to go on. */
interface Reduction {
  readonly start: number;
  readonly combine: Combine;
}

/** Row by row: a row that is reduced is folded on its own first, which also keeps the rounding error of long sums low. */
const reduce =
  (reductionOf: (dtype: DType) => Reduction, allowEmpty: boolean): Kernel<(typeof reduceOps)[number]> =>
  (operands, node, shape) => {
    const x = operands[0]!;
    const { axes } = node.attributes;
    if (!allowEmpty && axes.some((axis) => x.shape[axis] === 0)) {
      throw new ShapeError(`${node.op}: ${formatShape(x.shape)} has no elements along axes ${formatShape(axes)}.`);
    }
    const { start, combine } = reductionOf(node.dtype);
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const outStrides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
    const out = allocate(node.dtype, sizeOf(shape));
    if (start !== 0) out.fill(start);
    const data = x.data;
    forEachRow(x.shape, stridesOf(x.shape), outStrides, (i, o, step, outStep, length) => {
      if (outStep === 0) {
        let accumulated = start;
        for (let n = 0; n < length; n++) accumulated = combine(accumulated, data[i + n * step]!);
        out[o] = combine(out[o]!, accumulated);
      } else {
        for (let n = 0; n < length; n++) out[o + n * outStep] = combine(out[o + n * outStep]!, data[i + n * step]!);
      }
    });
    return out;
  };

const lowest = (dtype: DType): number => (isFloat(dtype) ? -Infinity : dtype === 'int32' ? -(2 ** 31) : 0);
const highest = (dtype: DType): number => (isFloat(dtype) ? Infinity : dtype === 'int32' ? 2 ** 31 - 1 : 2 ** 32 - 1);

/** Integer sums wrap; max and min give NaN where any element is NaN, as in numpy. */
export const reduceKernels = {
  sum: reduce((dtype) => ({ start: 0, combine: isFloat(dtype) ? (a, b) => a + b : (a, b) => (a + b) | 0 }), true),
  max: reduce((dtype) => ({ start: lowest(dtype), combine: (a, b) => Math.max(a, b) }), false),
  min: reduce((dtype) => ({ start: highest(dtype), combine: (a, b) => Math.min(a, b) }), false),
};
