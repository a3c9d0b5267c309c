import type { Layer } from '../../nn/index.ts';
import type { Part, PartOptions, ValuesOf } from '../../parts/index.ts';

/**
 * A function of vectors with parameters, [..., inputSize] → [..., outputSize]: what an encoder's trunk or a decoder is.
 * Any Layer becomes one by saying its sizes, so custom networks are `{ ...sequential([…]), inputSize, outputSize }`.
 * Batch axes are any number of leading ones: a decoder meets several draws of z for each example at once.
 */
export interface Network extends Layer {
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * The two networks of a model: x [..., inputSize] → features, and z [..., latent] → the likelihood's numbers. Of a model with a
 * condition c they take [x | c] and [z | c], and their `inputSize` counts it.
 */
export interface Networks {
  readonly encoder: Network;
  readonly decoder: Network;
}

/** The sizes that networks are made to: of examples, codes, and what the likelihood takes. */
export interface NetworkSizes {
  /** Shape of one example; its numbers come in rows of that order. */
  readonly shape: readonly number[];
  readonly latent: number;
  /** Numbers that the likelihood wants of the decoder. */
  readonly outputSize: number;
  /** Numbers of the condition, behind those of x before the encoder and those of z before the decoder. Default: 0. */
  readonly conditionSize?: number;
}

/** Networks of one's own, made to the sizes that the data and the likelihood ask for. */
export type NetworksFactory = (sizes: NetworkSizes) => Networks;

/** A row of the table of networks. */
export interface NetworkRow<N extends string = string, O extends PartOptions = PartOptions> extends Part<
  'network',
  N,
  O
> {
  build(options: ValuesOf<O>, sizes: NetworkSizes): Networks;
}

/** Networks of one's own as a row of the table: name, options and `build`. Give it to `train` and `load` as one of `parts`. */
export function defineNetwork<const N extends string, const O extends PartOptions>(
  row: Omit<NetworkRow<N, O>, 'kind'>,
): NetworkRow<N, O> {
  return { kind: 'network', ...row };
}
