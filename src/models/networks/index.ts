import { conv, residualRow } from './convolutional.ts';
import { denseRow } from './dense.ts';

/** The networks that there are. */
export const networks = [denseRow, conv, residualRow] as const;

export { convolutionalNetworks, defaultChannels } from './convolutional.ts';
export type { ConvolutionalOptions, Normalization } from './convolutional.ts';
export { denseNetworks } from './dense.ts';
export type { DenseOptions } from './dense.ts';
export { flatten, fromPlanes, planesOf, toPlanes, unflatten } from './images.ts';
export type { Planes } from './images.ts';
export { defineNetwork } from './network.ts';
export type { Network, NetworkRow, Networks, NetworksFactory, NetworkSizes } from './network.ts';
