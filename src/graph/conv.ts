import { ShapeError, formatShape } from '../core/index.ts';
import { asTensors, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { convAxis, convRemainder } from './conv-shapes.ts';
import type { ConvAttributes } from './op-table.ts';
import type { Tensor } from './tensor.ts';

/** One number for both axes, or [rows, columns]. */
export type Pair = number | readonly [number, number];

/** Strides, padding and dilation of `conv2d`. */
export interface ConvOptions {
  /** Default: 1. */
  readonly strides?: Pair;
  /** Zeros around the image: on all sides, above/below and left/right, or [top, left, bottom, right]. Default: 0. */
  readonly padding?: Pair | readonly [number, number, number, number];
  /** Distance of the kernel's entries on the image. Default: 1. */
  readonly dilations?: Pair;
}

/** Options of `convTranspose2d`: those of the convolution that it is the transpose of, and which of the possible sizes it gives. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns more than the smallest image; less than the strides. Default: 0. */
  readonly outputPadding?: Pair;
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

function attributesOf({ strides = 1, padding = 0, dilations = 1 }: ConvOptions): ConvAttributes {
  const [top, left, bottom, right] = typeof padding === 'number' ? [padding, padding] : padding;
  return {
    strides: pair(strides),
    padding: [top, left, bottom ?? top, right ?? left],
    dilations: pair(dilations),
  };
}

/**
 * Convolution as networks mean it (cross-correlation): y[m, p] = Σ_{c, k} w[m, c, k] x[c, s p + d k − padding],
 * zeros outside the image. Channels come first, as in ONNX; batch axes before them are any number.
 *
 * @param x image [..., C, H, W]
 * @param w kernel [M, C, kH, kW]
 * @returns [..., M, oH, oW], oH = ⌊(H + padding − dilation (kH − 1) − 1) / stride⌋ + 1
 * @throws ShapeError when sizes do not fit
 */
export function conv2d(x: TensorLike, w: TensorLike, options: ConvOptions = {}): Tensor<'conv2d'> {
  return makeNode('conv2d', asTensors('conv2d', x, w), attributesOf(options));
}

/**
 * The transpose of `conv2d` in its image: every feature lays the kernel down on the image, and what overlaps adds up.
 *
 * @param y features [..., M, oH, oW]
 * @param w kernel [M, C, kH, kW], the one that conv2d would take
 * @returns [..., C, H, W], H = (oH − 1) stride + dilation (kH − 1) + 1 − padding + outputPadding
 * @throws ShapeError when sizes do not fit
 */
export function convTranspose2d(y: TensorLike, w: TensorLike, options: ConvTransposeOptions = {}): Tensor {
  const attributes = { ...attributesOf(options), outputPadding: pair(options.outputPadding ?? 0) };
  return makeNode('convTranspose2d', asTensors('convTranspose2d', y, w), attributes);
}

/**
 * The transpose of `conv2d` in its kernel: w̄[m, c, k] = Σ_{n, p} ȳ[n, m, p] x[n, c, s p + d k − padding].
 *
 * @param x image [..., C, H, W]
 * @param y cotangent of the features [..., M, oH, oW]
 * @returns [M, C, ...options.kernel]
 * @throws ShapeError when sizes do not fit
 */
export function conv2dWeightGradient(
  x: TensorLike,
  y: TensorLike,
  options: ConvOptions & { readonly kernel: Pair },
): Tensor {
  const attributes = { ...attributesOf(options), kernel: pair(options.kernel) };
  return makeNode('conv2dWeightGradient', asTensors('conv2dWeightGradient', x, y), attributes);
}

/** The features' transposed convolution to an image of exactly `x`'s size. */
export function convTransposeLike(x: Tensor, y: Tensor, w: Tensor, attributes: ConvAttributes): Tensor {
  const kernel = knownSizes(w);
  const image = knownSizes(x);
  const outputPadding = ([0, 1] as const).map((k) => convRemainder(image[k], convAxis(attributes, kernel, k)));
  return convTranspose2d(y, w, { ...attributes, outputPadding: outputPadding as [number, number] });
}

/** The last two sizes, which are known wherever a convolution could be built. */
export function knownSizes({ shape }: Tensor): [number, number] {
  const [rows, columns] = shape.slice(-2);
  if (typeof rows === 'number' && typeof columns === 'number') return [rows, columns];
  throw new ShapeError(`conv2d: images and kernels have known sizes, got ${formatShape(shape)}.`);
}
