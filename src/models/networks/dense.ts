import { sizeOf } from '../../core/index.ts';
import type { ActivationName } from '../../graph/index.ts';
import { dense, denseStack, sequential } from '../../nn/index.ts';
import type { Networks, NetworkSizes } from './network.ts';

export interface DenseOptions {
  /** Widths of the encoder's hidden layers; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
}

/** Hidden layers with activation; the decoder ends in a linear layer. */
export function denseNetworks({ hidden, activation }: DenseOptions, sizes: NetworkSizes): Networks {
  const inputSize = sizeOf(sizes.shape);
  const mirrored = [sizes.latent, ...hidden.toReversed()];
  const last = dense(`decoder.${hidden.length}`, [mirrored.at(-1) ?? 0, sizes.outputSize]);
  return {
    encoder: {
      ...denseStack('encoder', [inputSize, ...hidden], activation),
      inputSize,
      outputSize: hidden.at(-1) ?? inputSize,
    },
    decoder: {
      ...sequential([denseStack('decoder', mirrored, activation), last]),
      inputSize: sizes.latent,
      outputSize: sizes.outputSize,
    },
  };
}
