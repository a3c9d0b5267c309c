import { ValueError, formatShape, rule, sizeOf } from '../../core/index.ts';
import { convAxis, convOutputSize, convRemainder } from '../../graph/index.ts';
import {
  activation,
  batchNorm,
  convolution,
  denseStack,
  dropout,
  groupNorm,
  residual,
  sequential,
  transposedConvolution,
} from '../../nn/index.ts';
import type { Layer } from '../../nn/index.ts';
import { option, optional } from '../../parts/index.ts';
import { decoderNormOption, withDecoderNorm } from './decoder-norm.ts';
import { activationOption, widthsRule } from './dense.ts';
import type { DenseOptions } from './dense.ts';
import { conditionedPlanes, flatten, fromPlanes, planesOf, toPlanes, unflatten } from './images.ts';
import type { Planes } from './images.ts';
import { defineNetwork } from './network.ts';
import type { Networks, NetworkSizes } from './network.ts';

const normalizationRule = rule.oneOf(['none', 'batch', 'group']);

/** What convolutional networks normalise by, before each activation. */
export type Normalization = NonNullable<typeof normalizationRule.type>;

const convolutionOptions = {
  hidden: option(widthsRule, {
    help: "widths of the encoder's hidden layers; the decoder has them in reverse",
    default: [],
  }),
  activation: activationOption,
  channels: optional(rule.listOf(rule.whole(1), 'whole numbers of at least 1', 1), {
    help: 'channels of a network of convolutions, after each halving of the image',
    defaultText: '32, 64, 128, … until the shorter side is at most 8',
  }),
  dropout: option(rule.number({ least: 0, below: 1 }), {
    help: "share of a convolution's outputs that training drops",
    default: 0,
  }),
  ...decoderNormOption,
};

const normalizationHelp = 'of a network of convolutions, before each activation';

export const conv = defineNetwork({
  name: 'conv',
  summary: 'stride-2 convolutions, and their mirror image',
  when: 'For images in colour, or with more than 32 rows or columns.',
  options: {
    ...convolutionOptions,
    normalization: option(normalizationRule, { help: normalizationHelp, default: 'none' }),
  },
  build: ({ decoderNorm, ...options }, sizes) =>
    withDecoderNorm(convolutionalNetworks({ ...options, residual: false }, sizes), decoderNorm),
});

export const residualRow = defineNetwork({
  name: 'residual',
  summary: 'convolutions with a residual block after each halving',
  when: 'For images, where a longer training is worth a better model.',
  paper: 'He, Zhang, Ren and Sun 2016, Identity Mappings in Deep Residual Networks',
  options: {
    ...convolutionOptions,
    normalization: option(normalizationRule, { help: normalizationHelp, default: 'group' }),
  },
  build: ({ decoderNorm, ...options }, sizes) =>
    withDecoderNorm(convolutionalNetworks({ ...options, residual: true }, sizes), decoderNorm),
});

/** Options of the networks `conv` and `residual`. */
export interface ConvolutionalOptions extends DenseOptions {
  /** Channels after each halving of the image. Default: 32, 64, 128, … until the shorter side is at most 8. */
  readonly channels?: readonly number[] | undefined;
  /** Before each activation. Default: none; in residual networks `group`, in groups of at most 8 channels. */
  readonly normalization?: Normalization;
  /** Share of the elements dropped after each activation, in training. Default: 0. */
  readonly dropout?: number;
  /** A residual block after each halving and before each doubling. Default: false. */
  readonly residual?: boolean;
}

/** A 4 × 4 kernel with stride 2 and padding 1 halves an image, and its transpose doubles it. */
const halving = { kernel: 4, stride: 2, padding: 1 } as const;

/** Channels and sizes from the image down to the smallest feature map. */
function pyramid(image: Planes, channels: readonly number[]): readonly Planes[] {
  if (channels.length === 0)
    throw new ValueError('network: a convolutional network needs channels for one layer at least.');
  const levels: Planes[] = [image];
  for (const count of channels) {
    const { size } = levels.at(-1) ?? image;
    if (Math.min(...size) < 2) {
      throw new ValueError(
        `network: ${channels.length} layers halve an image ${formatShape(image.size)} too often. Give fewer channels.`,
      );
    }
    const halved = ([0, 1] as const).map((k) => convOutputSize(size[k], alongAxis(k)));
    levels.push({ channels: count, size: halved as [number, number] });
  }
  return levels;
}

function alongAxis(axis: 0 | 1) {
  const { kernel, stride, padding } = halving;
  const attributes = {
    strides: [stride, stride],
    padding: [padding, padding, padding, padding],
    dilations: [1, 1],
  } as const;
  return convAxis(attributes, [kernel, kernel], axis);
}

/** Channels double from 32 on while the image is halved, until its shorter side is at most 8. */
export function defaultChannels({ size }: Planes): number[] {
  const channels = [32];
  for (let side = Math.min(...size) / 2; side > 8; side /= 2) channels.push(32 * 2 ** channels.length);
  return channels;
}

/**
 * Stride-2 convolutions, then dense hidden layers (if any); the decoder is their mirror image with transposed
 * convolutions, its last one linear. A condition comes in as constant channels of the image, and beside z. Sizes that halving rounds down come back by output padding.
 *
 * @throws ValueError when the examples are no images, or too small for so many layers
 */
export function convolutionalNetworks(options: ConvolutionalOptions, sizes: NetworkSizes): Networks {
  const { hidden, activation: act } = options;
  const image = planesOf(sizes.shape);
  const inputSize = sizeOf(sizes.shape);
  const groups = sizes.outputSize / inputSize;
  if (!Number.isInteger(groups)) {
    throw new ValueError(`network: ${sizes.outputSize} numbers do not fit on an image of ${inputSize}.`);
  }
  const levels = pyramid(image, options.channels ?? defaultChannels(image));
  const smallest = levels.at(-1) ?? image;
  const featureSize = smallest.channels * sizeOf(smallest.size);
  const count = levels.length - 1;
  const { conditionSize = 0 } = sizes;
  const seen = { ...image, channels: image.channels + conditionSize };
  const mirrored = [sizes.latent + conditionSize, ...hidden.toReversed(), featureSize];
  return {
    encoder: {
      ...sequential([
        conditionSize > 0 ? conditionedPlanes(image, conditionSize) : toPlanes(image),
        ...levels.slice(1).map((to, k) => halve(`encoder.${k}`, [k === 0 ? seen : (levels[k] ?? image), to], options)),
        flatten,
        denseStack('encoder.hidden', [featureSize, ...hidden], act),
      ]),
      inputSize: inputSize + conditionSize,
      outputSize: hidden.at(-1) ?? featureSize,
    },
    decoder: {
      ...sequential([
        denseStack('decoder.hidden', mirrored, act),
        unflatten(smallest),
        ...Array.from({ length: count }, (_, k) => {
          const [from, to] = [levels[count - k] ?? image, levels[count - k - 1] ?? image];
          const last = k === count - 1;
          const target = last ? { ...to, channels: to.channels * groups } : to;
          return double(`decoder.${k}`, [from, target], { ...options, last });
        }),
        fromPlanes(image, groups),
      ]),
      inputSize: sizes.latent + conditionSize,
      outputSize: sizes.outputSize,
    },
  };
}

function halve(name: string, [from, to]: readonly [Planes, Planes], options: ConvolutionalOptions): Layer {
  return sequential([
    convolution(name, { channels: [from.channels, to.channels], ...halving }),
    ...finish(name, to.channels, options),
    ...(options.residual ? [block(`${name}.residual`, to.channels, options)] : []),
  ]);
}

function double(
  name: string,
  [from, to]: readonly [Planes, Planes],
  options: ConvolutionalOptions & { readonly last: boolean },
): Layer {
  const outputPadding = ([0, 1] as const).map((k) => convRemainder(to.size[k], alongAxis(k))) as [number, number];
  return sequential([
    ...(options.residual ? [block(`${name}.residual`, from.channels, options)] : []),
    transposedConvolution(name, { channels: [from.channels, to.channels], ...halving, outputPadding }),
    ...(options.last ? [] : finish(name, to.channels, options)),
  ]);
}

/** What follows a convolution. */
function finish(name: string, channels: number, options: ConvolutionalOptions): Layer[] {
  return [
    ...normalization(`${name}.norm`, channels, options),
    activation(options.activation),
    dropout(`${name}.dropout`, options.dropout ?? 0),
  ];
}

function normalization(name: string, channels: number, options: ConvolutionalOptions): Layer[] {
  const { normalization: kind = options.residual ? 'group' : 'none' } = options;
  if (kind === 'none') return [];
  return [kind === 'batch' ? batchNorm(name, channels) : groupNorm(name, channels, { groups: groupsOf(channels) })];
}

/** As few groups as have at most 8 channels. */
function groupsOf(channels: number): number {
  let groups = Math.ceil(channels / 8);
  while (channels % groups !== 0) groups++;
  return groups;
}

/** x + conv(act(norm(conv(act(norm(x)))))) with 3 × 3 kernels: the pre-activation block of He et al. (2016). */
function block(name: string, channels: number, options: ConvolutionalOptions): Layer {
  const half = (k: number): Layer[] => [
    ...normalization(`${name}.${k}.norm`, channels, options),
    activation(options.activation),
    convolution(`${name}.${k}`, { channels: [channels, channels], kernel: 3, padding: 1 }),
  ];
  return residual(name, [...half(0), ...half(1)]);
}
