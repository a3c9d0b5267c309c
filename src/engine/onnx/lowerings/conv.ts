import { convAxis, convRemainder, isOp, knownSizes } from '../../../graph/index.ts';
import type { ConvAttributes, Tensor } from '../../../graph/index.ts';
import type { OnnxAttribute } from '../proto.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { reshapeTo } from './shaping.ts';

function attributesOf({ strides, padding, dilations }: ConvAttributes): Record<string, OnnxAttribute> {
  return { strides: { ints: strides }, pads: { ints: padding }, dilations: { ints: dilations } };
}

function emitConv(node: Tensor<'conv2d' | 'convTranspose2d'>, inputs: readonly string[], context: LoweringContext) {
  const [, w] = node.inputs as [Tensor, Tensor];
  const shared = { ...attributesOf(node.attributes), kernel_shape: { ints: knownSizes(w) } };
  if (isOp(node, 'conv2d')) return context.builder.emit('Conv', inputs, shared);
  const outputPadding = { ints: (node as Tensor<'convTranspose2d'>).attributes.outputPadding };
  return context.builder.emit('ConvTranspose', inputs, { ...shared, output_padding: outputPadding });
}

export const conv2d: Lowering<'conv2d'> = emitConv;
export const convTranspose2d: Lowering<'convTranspose2d'> = emitConv;

/**
 * w̄[m, c, k] = Σ_{n, p} ȳ[n, m, p] x[n, c, s p + d k − padding] is itself a convolution: channels take the batch's place,
 * the features are the kernel, and stride and dilation change places. Where the stride leaves a remainder of the
 * image, the result has rows or columns too many. The kernel never returns from a sum over no examples, so where the batch
 * may be empty an example of zeros is added.
 */
export const conv2dWeightGradient: Lowering<'conv2dWeightGradient'> = (node, [x = '', y = ''], context) => {
  const { builder } = context;
  const { strides, padding, dilations, kernel } = node.attributes;
  const [image, features] = node.inputs as [Tensor, Tensor];
  const batch = image.shape[0];
  const mayBeEmpty = typeof batch !== 'number' || batch === 0;
  const swap = (value: string): string => builder.emit('Transpose', [value], { perm: { ints: [1, 0, 2, 3] } });
  const [images, maps] = mayBeEmpty ? [withZeros(x, context), withZeros(y, context)] : [x, y];
  const result = builder.emit('Conv', [swap(images), swap(maps)], {
    ...attributesOf({ strides: dilations, padding, dilations: strides }),
    kernel_shape: { ints: knownSizes(features) },
  });
  const surplus = ([0, 1] as const).some((k) => {
    const axis = convAxis(node.attributes, kernel, k);
    return convRemainder(knownSizes(image)[k], axis) >= axis.dilation;
  });
  const exact = surplus
    ? builder.emit('Slice', [result, builder.ints([0, 0]), builder.ints(kernel), builder.ints([2, 3])])
    : result;
  return swap(exact);
};

function withZeros(x: string, { builder }: LoweringContext): string {
  return builder.emit('Pad', [x, builder.ints([0, 0, 0, 0, 1, 0, 0, 0])]);
}

/** A bias [C, 1, 1] that is added to a convolution which nothing else reads goes into the Conv node. */
export function convWithBias(product: Tensor, bias: Tensor, context: LoweringContext): string | undefined {
  if (!isOp(product, 'conv2d') && !isOp(product, 'convTranspose2d')) return undefined;
  const [channels = 0] = bias.shape.slice(-3);
  const isColumn = bias.rank === 3 && channels === product.shape[1] && bias.shape[1] === 1 && bias.shape[2] === 1;
  if (!isColumn || context.useCount(product) !== 1) return undefined;
  const vector = reshapeTo(context.valueOf(bias), [channels], context);
  return emitConv(product, [...product.inputs.map(context.valueOf), vector], context);
}
