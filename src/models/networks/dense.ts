import { rule, sizeOf } from '../../core/index.ts';
import { activations } from '../../graph/index.ts';
import type { ActivationName } from '../../graph/index.ts';
import { dense, denseStack, sequential } from '../../nn/index.ts';
import { option } from '../../parts/index.ts';
import { decoderNormOption, withDecoderNorm } from './decoder-norm.ts';
import { defineNetwork } from './network.ts';
import type { Networks, NetworkSizes } from './network.ts';

/** Widths of hidden layers. */
export const widthsRule = rule.listOf(rule.whole(1), 'whole numbers of at least 1', 0, 1000);

/** A function that layers end with, by name. */
export const activationOption = option(rule.oneOf(Object.keys(activations) as ActivationName[]), {
  help: 'what follows each hidden layer',
  default: 'relu',
});

export const denseRow = defineNetwork({
  name: 'dense',
  summary: 'layers of all numbers to all',
  when: 'For tables, vectors and small images without colour.',
  options: {
    hidden: option(widthsRule, {
      help: "widths of the encoder's hidden layers; the decoder has them in reverse",
      default: [400],
    }),
    activation: activationOption,
    ...decoderNormOption,
  },
  build: ({ decoderNorm, ...options }, sizes) => withDecoderNorm(denseNetworks(options, sizes), decoderNorm),
});

/** Options of the network `dense`. */
export interface DenseOptions {
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
}

/** Hidden layers with activation; the decoder ends in a linear layer. */
export function denseNetworks({ hidden, activation }: DenseOptions, sizes: NetworkSizes): Networks {
  const { conditionSize = 0 } = sizes;
  const inputSize = sizeOf(sizes.shape) + conditionSize;
  const mirrored = [sizes.latent + conditionSize, ...hidden.toReversed()];
  const last = dense(`decoder.${hidden.length}`, [mirrored.at(-1) ?? 0, sizes.outputSize]);
  return {
    encoder: {
      ...denseStack('encoder', [inputSize, ...hidden], activation),
      inputSize,
      outputSize: hidden.at(-1) ?? inputSize,
    },
    decoder: {
      ...sequential([denseStack('decoder', mirrored, activation), last]),
      inputSize: sizes.latent + conditionSize,
      outputSize: sizes.outputSize,
    },
  };
}
