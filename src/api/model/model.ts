import { builtInParts, customNetwork, ownRows } from '../../config/index.ts';
import type { PartTable, RunConfig } from '../../config/index.ts';
import { ValueError } from '../../core/index.ts';
import { createVae } from '../../models/index.ts';
import type { ModelRow, NetworksFactory, Vae } from '../../models/index.ts';
import { classCount, conditionSize } from '../data/condition-config.ts';
import type { ObjectiveRow } from '../../objectives/index.ts';
import { likelihoodFor, modelledPart } from './likelihood.ts';
import type { PartContext } from './likelihood.ts';

/**
 * The model that a configuration describes.
 *
 * @param options.networks the author's own, exactly where the configuration says `custom`
 * @param options.standardization of the data, where the configuration says `scale`: the model takes what it gives
 * @throws ValueError where they are missing, or given without need
 */
export function modelFor(
  config: RunConfig,
  { networks, ...context }: PartContext & { readonly networks?: NetworksFactory | undefined },
): Vae {
  const { inputSize, shape } = modelledPart(config.data);
  const size = conditionSize(config.data);
  const { latent, prior, posterior, network } = config.model;
  const likelihood = likelihoodFor(config, context);
  const own = context.parts && ownRows(context.parts).filter((row): row is ModelRow => row.kind !== 'objective');
  const { infersCondition } = objectiveRowOf(config, context.parts) ?? {};
  const classes = infersCondition && classCount(config.data);
  const condition = size > 0 && { conditionSize: size, ...(classes !== undefined && { classes }) };
  const parts = { latent, prior, posterior, likelihood, ...condition, ...(own && { parts: own }) };
  if (network.name === customNetwork) {
    if (!networks) {
      throw new ValueError(
        "the run has networks of its author's own, and no file holds them: give them again in code, load(path, { networks }) or train(data, { networks, … }); the command line cannot.",
      );
    }
    return createVae({ ...parts, ...networks({ shape, latent, outputSize: likelihood.outputSize, ...condition }) });
  }
  if (networks) throw new ValueError(`the run has the built-in '${network.name}' networks: leave 'networks' out.`);
  return createVae({ ...parts, network, shape, inputSize });
}

function objectiveRowOf({ objective }: RunConfig, parts: PartTable = builtInParts): ObjectiveRow | undefined {
  const rows: readonly ObjectiveRow[] = parts.objective;
  return rows.find(({ name }) => name === objective.name);
}
