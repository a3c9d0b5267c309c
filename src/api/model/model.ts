import { ValueError, sizeOf } from '../../core/index.ts';
import type { Standardization } from '../../data/index.ts';
import type { RunConfig } from '../../io/index.ts';
import { createVae } from '../../models/index.ts';
import type { NetworksFactory, Vae } from '../../models/index.ts';
import { likelihoodFor } from './likelihood.ts';

/**
 * The model that a configuration describes.
 *
 * @param options.networks the author's own, exactly where the configuration says `custom`
 * @param options.standardization of the data, where the configuration says `scale`: the model takes what it gives
 * @throws ValueError where they are missing, or given without need
 */
export function modelFor(
  config: RunConfig,
  {
    networks,
    standardization,
  }: { readonly networks?: NetworksFactory | undefined; readonly standardization?: Standardization | undefined },
): Vae {
  const { shape } = config.data;
  const { network = 'dense', ...rest } = config.model;
  const likelihood = likelihoodFor(config, standardization);
  if (network === 'custom') {
    if (!networks) {
      throw new ValueError(
        "the run has networks of its author's own, and no file holds them: give them again as `networks`, to `load` or to `train` with `resume`.",
      );
    }
    const own = networks({ shape, latent: rest.latent, outputSize: likelihood.outputSize });
    return createVae({ ...rest, ...own, likelihood });
  }
  if (networks) throw new ValueError(`the run has the built-in '${network}' networks: leave 'networks' out.`);
  return createVae({ ...rest, network, shape, inputSize: sizeOf(shape), likelihood });
}
