import { convAxis, convRemainder, isOp, knownSizes } from '../../../graph/index.ts';
import type { ConvAttributes, Tensor } from '../../../graph/index.ts';
import type { OnnxAttribute } from '../proto.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { reshapeTo } from './shaping.ts';

function attributesOf({ strides, padding, dilations }: ConvAttributes): Record<string, OnnxAttribute> {
  return { strides: { ints: strides }, pads: { ints: padding }, dilations: { ints: dilations } };
}

/** The batch axes as one, which is what the kernels take. */
function oneBatch(value: string, { rank, shape }: Tensor, { builder }: LoweringContext): string {
  if (rank === 4) return value;
  return builder.emit('Reshape', [value, builder.ints([-1, ...(shape.slice(-3) as readonly number[])])]);
}

function emitConv(
  node: Tensor<'conv2d' | 'convTranspose2d'>,
  [x = '', ...others]: readonly string[],
  context: LoweringContext,
): string {
  const [source, w] = node.inputs as [Tensor, Tensor];
  const inputs = [oneBatch(x, source, context), ...others];
  const shared = { ...attributesOf(node.attributes), kernel_shape: { ints: knownSizes(w) } };
  const result = isOp(node, 'convTranspose2d')
    ? context.builder.emit('ConvTranspose', inputs, {
        ...shared,
        output_padding: { ints: node.attributes.outputPadding },
      })
    : context.builder.emit('Conv', inputs, shared);
  return node.rank === 4 ? result : reshapeTo(result, node.shape, context);
}

export const conv2d: Lowering<'conv2d'> = emitConv;
export const convTranspose2d: Lowering<'convTranspose2d'> = emitConv;

/**
 * w̄[m, c, k] = Σ_{n, p} ȳ[n, m, p] x[n, c, s p + d k − padding] is itself a convolution: channels take the batch's place,
 * the features are the kernel, and stride and dilation change places. Where the stride leaves a remainder of the
 * image, the result has rows or columns too many.
 */
export const conv2dWeightGradient: Lowering<'conv2dWeightGradient'> = (node, inputs, context) => {
  const { builder } = context;
  const { strides, padding, dilations, kernel } = node.attributes;
  const [image, features] = node.inputs as [Tensor, Tensor];
  const swap = (value: string): string => builder.emit('Transpose', [value], { perm: { ints: [1, 0, 2, 3] } });
  const [x = '', y = ''] = inputs.map((value, k) => swap(examples(value, k === 0 ? image : features, context)));
  const result = builder.emit('Conv', [x, y], {
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

/** One batch; where it may be empty with an example of zeros, as the kernel never returns from a sum over no examples. */
function examples(value: string, tensor: Tensor, context: LoweringContext): string {
  const batch = oneBatch(value, tensor, context);
  const mayBeEmpty = tensor.shape.slice(0, -3).some((size) => typeof size !== 'number' || size === 0);
  return mayBeEmpty ? context.builder.emit('Pad', [batch, context.builder.ints([0, 0, 0, 0, 1, 0, 0, 0])]) : batch;
}

/** A bias [C, 1, 1] that is added to a convolution which nothing else reads goes into the Conv node. */
export function convWithBias(product: Tensor, bias: Tensor, context: LoweringContext): string | undefined {
  if (!isOp(product, 'conv2d') && !isOp(product, 'convTranspose2d')) return undefined;
  const [channels = 0] = bias.shape.slice(-3);
  const isColumn = bias.rank === 3 && channels === product.shape.at(-3) && bias.shape[1] === 1 && bias.shape[2] === 1;
  if (!isColumn || context.useCount(product) !== 1) return undefined;
  const vector = reshapeTo(context.valueOf(bias), [channels], context);
  return emitConv(product, [...product.inputs.map(context.valueOf), vector], context);
}
