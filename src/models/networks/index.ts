import { convolutionalNetworks } from './convolutional.ts';
import type { ConvolutionalOptions } from './convolutional.ts';
import { denseNetworks } from './dense.ts';
import type { Networks, NetworkSizes } from './network.ts';

export type NetworkName = 'dense' | 'conv' | 'residual';

export interface NetworkOptions extends Omit<ConvolutionalOptions, 'residual'> {
  /** Default: dense. The others need images. */
  readonly network?: NetworkName;
}

/** The encoder and the decoder that the options name. @throws ValueError when the examples do not go with them */
export function networksFor(options: NetworkOptions, sizes: NetworkSizes): Networks {
  const { network = 'dense' } = options;
  if (network === 'dense') return denseNetworks(options, sizes);
  return convolutionalNetworks({ ...options, residual: network === 'residual' }, sizes);
}

export { convolutionalNetworks, defaultChannels } from './convolutional.ts';
export type { ConvolutionalOptions, Normalization } from './convolutional.ts';
export { denseNetworks } from './dense.ts';
export type { DenseOptions } from './dense.ts';
export { flatten, fromPlanes, planesOf, toPlanes, unflatten } from './images.ts';
export type { Planes } from './images.ts';
export type { Network, Networks, NetworksFactory, NetworkSizes } from './network.ts';
