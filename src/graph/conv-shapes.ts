import { DTypeError, ShapeError, formatShape, isFloat, sameShape } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import type { ConvAttributes, OpAttributes } from './op-table.ts';
import type { Dimension, GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** One axis of a convolution: the image's padding at its begin and end, and how the kernel lies on it. */
export interface ConvAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** Axis 0 is rows, 1 columns. */
export function convAxis(attributes: ConvAttributes, kernel: readonly [number, number], axis: 0 | 1): ConvAxis {
  const { strides, padding, dilations } = attributes;
  return {
    kernel: kernel[axis],
    stride: strides[axis],
    dilation: dilations[axis],
    before: padding[axis],
    after: padding[axis === 0 ? 2 : 3],
  };
}

/** How far the padded image is longer than the dilated kernel; negative where the kernel does not fit. */
function slack(size: number, { kernel, dilation, before, after }: ConvAxis): number {
  return size + before + after - dilation * (kernel - 1) - 1;
}

/** Positions of the kernel on an axis of `size`: ⌊(size + padding − dilation (kernel − 1) − 1) / stride⌋ + 1. */
export function convOutputSize(size: number, axis: ConvAxis): number {
  return Math.floor(slack(size, axis) / axis.stride) + 1;
}

/** The smallest size that has `positions` positions: (positions − 1) stride + dilation (kernel − 1) + 1 − padding. */
function convTransposeOutputSize(positions: number, { kernel, stride, dilation, before, after }: ConvAxis): number {
  return (positions - 1) * stride + dilation * (kernel - 1) + 1 - before - after;
}

/** Rows or columns at the end of an axis that no position of the kernel reaches, padding counted. */
export function convRemainder(size: number, axis: ConvAxis): number {
  return slack(size, axis) % axis.stride;
}

interface Inferred {
  readonly shape: GraphShape;
  readonly dtype: DType;
}

/** Sizes of [..., channels, rows, columns]. */
interface Planes {
  readonly batch: GraphShape;
  readonly channels: number;
  readonly size: readonly [number, number];
}

/** The last three sizes, known and at least 1, apart from those before them. */
function planesOf(op: string, name: string, { shape }: Tensor): Planes {
  const [channels, rows, columns] = shape.slice(-3);
  const known = (size: Dimension | undefined): size is number => typeof size === 'number' && size >= 1;
  if (shape.length >= 3 && known(channels) && known(rows) && known(columns)) {
    return { batch: shape.slice(0, -3), channels, size: [rows, columns] };
  }
  throw new ShapeError(
    `${op}: the ${name} must be [..., channels, rows, columns] of known sizes from 1 up, got ${formatShape(shape)}.`,
  );
}

/** The two operands with their sizes. A kernel is [filters, channels, rows, columns]: a batch of one size. */
function operands(op: string, inputs: readonly Tensor[], names: readonly [string, string]): [Planes, Planes, DType] {
  const [a, b] = inputs;
  if (!a || !b) throw new ShapeError(`${op}: takes two operands, got ${inputs.length}.`);
  if (!isFloat(a.dtype) || a.dtype !== b.dtype) {
    throw new DTypeError(`${op}: takes floating-point numbers of one dtype, got ${a.dtype} and ${b.dtype}.`);
  }
  return [planesOf(op, names[0], a), planesOf(op, names[1], b), a.dtype];
}

function filtersOf(op: string, { batch }: Planes): number {
  const [filters, ...more] = batch;
  if (typeof filters === 'number' && filters >= 1 && more.length === 0) return filters;
  throw new ShapeError(`${op}: a kernel must be [filters, channels, rows, columns], got ${batch.length + 3} axes.`);
}

function checkAttributes(op: string, { strides, padding, dilations }: ConvAttributes): void {
  const positive = [...strides, ...dilations].every((value) => Number.isInteger(value) && value >= 1);
  if (positive && padding.every((value) => Number.isInteger(value) && value >= 0)) return;
  throw new ShapeError(
    `${op}: strides ${formatShape(strides)} and dilations ${formatShape(dilations)} must be positive, padding ${formatShape(padding)} not negative.`,
  );
}

function requireSame(op: string, what: string, a: number, b: number): void {
  if (a !== b) throw new ShapeError(`${op}: ${what} differ: ${a} and ${b}.`);
}

/** Feature sizes of an image. @throws ShapeError when the kernel does not fit in it */
function featureSize(
  op: string,
  image: readonly [number, number],
  kernel: readonly [number, number],
  attributes: ConvAttributes,
): [number, number] {
  const along = (k: 0 | 1): number => convOutputSize(image[k], convAxis(attributes, kernel, k));
  const size: [number, number] = [along(0), along(1)];
  if (size[0] >= 1 && size[1] >= 1) return size;
  throw new ShapeError(
    `${op}: a kernel ${formatShape(kernel)} with dilations ${formatShape(attributes.dilations)} does not fit in an image ${formatShape(image)} with padding ${formatShape(attributes.padding)}.`,
  );
}

/** Shapes of the three convolution ops (see the op table for the letters). */
export const convShapeRules = {
  conv2d: (inputs: readonly Tensor[], attributes: OpAttributes['conv2d'], op: string): Inferred => {
    const [image, kernel, dtype] = operands(op, inputs, ['image', 'kernel']);
    checkAttributes(op, attributes);
    requireSame(op, 'channels of image and kernel', image.channels, kernel.channels);
    const size = featureSize(op, image.size, kernel.size, attributes);
    return { shape: [...image.batch, filtersOf(op, kernel), ...size], dtype };
  },

  convTranspose2d: (inputs: readonly Tensor[], attributes: OpAttributes['convTranspose2d'], op: string): Inferred => {
    const [features, kernel, dtype] = operands(op, inputs, ['feature map', 'kernel']);
    checkAttributes(op, attributes);
    const { outputPadding, strides } = attributes;
    requireSame(op, 'filters of feature map and kernel', features.channels, filtersOf(op, kernel));
    if (outputPadding.some((amount, k) => !(Number.isInteger(amount) && amount >= 0 && amount < (strides[k] ?? 1)))) {
      throw new ShapeError(
        `${op}: the output padding ${formatShape(outputPadding)} must be less than the strides ${formatShape(strides)}.`,
      );
    }
    const along = (k: 0 | 1): number =>
      convTransposeOutputSize(features.size[k], convAxis(attributes, kernel.size, k)) + outputPadding[k];
    const size = [along(0), along(1)];
    if (size.some((length) => length < 1)) {
      throw new ShapeError(
        `${op}: padding ${formatShape(attributes.padding)} leaves an image of ${formatShape(size)}.`,
      );
    }
    return { shape: [...features.batch, kernel.channels, ...size], dtype };
  },

  conv2dWeightGradient: (
    inputs: readonly Tensor[],
    attributes: OpAttributes['conv2dWeightGradient'],
    op: string,
  ): Inferred => {
    const [image, features, dtype] = operands(op, inputs, ['image', 'feature map']);
    checkAttributes(op, attributes);
    const { kernel } = attributes;
    if (!sameShape(image.batch, features.batch)) {
      throw new ShapeError(`${op}: batches differ: ${formatShape(image.batch)} and ${formatShape(features.batch)}.`);
    }
    const expected = featureSize(op, image.size, kernel, attributes);
    if (!sameShape(features.size, expected)) {
      throw new ShapeError(
        `${op}: a kernel ${formatShape(kernel)} on an image ${formatShape(image.size)} gives features ${formatShape(expected)}, got ${formatShape(features.size)}.`,
      );
    }
    return { shape: [features.channels, image.channels, ...kernel], dtype };
  },
};
