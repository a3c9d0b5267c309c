import { DTypeError, ShapeError, formatShape, isFloat } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import type { ConvAttributes, OpAttributes } from './op-table.ts';
import type { Dimension, GraphShape, Tensor } from './tensor.ts';

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
export function convTransposeOutputSize(
  positions: number,
  { kernel, stride, dilation, before, after }: ConvAxis,
): number {
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

type Four = [Dimension, number, number, number];

/** Two float operands of rank 4, all sizes but the batch known and at least 1. */
function operands(op: string, inputs: readonly Tensor[], names: readonly [string, string]): [Four, Four, DType] {
  const [a, b] = inputs;
  if (!a || !b) throw new ShapeError(`${op}: takes two operands, got ${inputs.length}.`);
  if (!isFloat(a.dtype) || a.dtype !== b.dtype) {
    throw new DTypeError(`${op}: takes floating-point numbers of one dtype, got ${a.dtype} and ${b.dtype}.`);
  }
  const four = (x: Tensor, name: string): Four => {
    const known = x.shape.slice(1).every((size) => typeof size === 'number' && size >= 1);
    if (x.rank === 4 && known) return x.shape as Four;
    throw new ShapeError(
      `${op}: the ${name} must have four axes, known and not empty but for the first, got ${formatShape(x.shape)}.`,
    );
  };
  return [four(a, names[0]), four(b, names[1]), a.dtype];
}

function checkAttributes(op: string, { strides, padding, dilations }: ConvAttributes): void {
  const positive = [...strides, ...dilations].every((value) => Number.isInteger(value) && value >= 1);
  if (positive && padding.every((value) => Number.isInteger(value) && value >= 0)) return;
  throw new ShapeError(
    `${op}: strides ${formatShape(strides)} and dilations ${formatShape(dilations)} must be positive, padding ${formatShape(padding)} not negative.`,
  );
}

function requireSame(op: string, what: string, a: Dimension, b: Dimension): void {
  if (a !== b) throw new ShapeError(`${op}: ${what} differ: ${a} and ${b}.`);
}

/** Feature sizes of an image [H, W]. @throws ShapeError when the kernel does not fit in it */
function featureSize(
  op: string,
  image: readonly number[],
  kernel: readonly [number, number],
  attributes: ConvAttributes,
) {
  const sizes = ([0, 1] as const).map((k) => convOutputSize(image[k] ?? 0, convAxis(attributes, kernel, k)));
  if (sizes.some((size) => size < 1)) {
    throw new ShapeError(
      `${op}: a kernel ${formatShape(kernel)} with dilations ${formatShape(attributes.dilations)} does not fit in an image ${formatShape(image)} with padding ${formatShape(attributes.padding)}.`,
    );
  }
  return sizes as [number, number];
}

/** Shapes of the three convolution ops (see the op table for the letters). */
export const convShapeRules = {
  conv2d: (inputs: readonly Tensor[], attributes: OpAttributes['conv2d'], op: string): Inferred => {
    const [[batch, channels, ...image], [filters, weightChannels, ...kernel], dtype] = operands(op, inputs, [
      'image',
      'kernel',
    ]);
    checkAttributes(op, attributes);
    requireSame(op, 'channels of image and kernel', channels, weightChannels);
    return { shape: [batch, filters, ...featureSize(op, image, kernel, attributes)], dtype };
  },

  convTranspose2d: (inputs: readonly Tensor[], attributes: OpAttributes['convTranspose2d'], op: string): Inferred => {
    const [[batch, filters, ...features], [weightFilters, channels, ...kernel], dtype] = operands(op, inputs, [
      'feature map',
      'kernel',
    ]);
    checkAttributes(op, attributes);
    const { outputPadding, strides } = attributes;
    requireSame(op, 'filters of feature map and kernel', filters, weightFilters);
    if (outputPadding.some((amount, k) => !(Number.isInteger(amount) && amount >= 0 && amount < (strides[k] ?? 1)))) {
      throw new ShapeError(
        `${op}: the output padding ${formatShape(outputPadding)} must be less than the strides ${formatShape(strides)}.`,
      );
    }
    const image = ([0, 1] as const).map(
      (k) => convTransposeOutputSize(features[k], convAxis(attributes, kernel, k)) + outputPadding[k],
    );
    if (image.some((size) => size < 1)) {
      throw new ShapeError(
        `${op}: padding ${formatShape(attributes.padding)} leaves an image of ${formatShape(image)}.`,
      );
    }
    return { shape: [batch, channels, ...image], dtype };
  },

  conv2dWeightGradient: (
    inputs: readonly Tensor[],
    attributes: OpAttributes['conv2dWeightGradient'],
    op: string,
  ): Inferred => {
    const [[batch, channels, ...image], [featureBatch, filters, ...features], dtype] = operands(op, inputs, [
      'image',
      'feature map',
    ]);
    checkAttributes(op, attributes);
    const { kernel } = attributes;
    requireSame(op, 'batches', batch, featureBatch);
    const expected = featureSize(op, image, kernel, attributes);
    if (features[0] !== expected[0] || features[1] !== expected[1]) {
      throw new ShapeError(
        `${op}: a kernel ${formatShape(kernel)} on an image ${formatShape(image)} gives features ${formatShape(expected)}, got ${formatShape(features)}.`,
      );
    }
    return { shape: [filters, channels, ...kernel], dtype };
  },
};
