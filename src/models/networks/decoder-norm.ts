import { rule } from '../../core/index.ts';
import { spectrallyNormalized } from '../../nn/index.ts';
import { optional } from '../../parts/index.ts';
import type { Networks } from './network.ts';

/** What every network has, to keep its decoder smooth. */
export const decoderNormOption = {
  decoderNorm: optional(rule.oneOf(['spectral']), {
    help: 'spectral: each weight of the decoder is divided by its largest singular value, by power iteration, as RAE-SN has it; one thread takes its steps',
    defaultText: 'none',
  }),
};

/** The networks, with the decoder under its norm where there is one. */
export function withDecoderNorm(networks: Networks, norm: 'spectral' | undefined): Networks {
  if (norm === undefined) return networks;
  const { encoder, decoder } = networks;
  const { inputSize, outputSize } = decoder;
  return { encoder, decoder: { ...spectrallyNormalized(decoder), inputSize, outputSize } };
}
