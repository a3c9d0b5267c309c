import { ValueError } from '../../core/index.ts';
import { TableEncoder } from '../../data/index.ts';
import type { Standardization } from '../../data/index.ts';
import {
  bernoulliBackground,
  categoricalBackground,
  gaussianBackground,
  mixedBackground,
  poissonBackground,
} from '../../evaluation/index.ts';
import type { Background } from '../../evaluation/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { LikelihoodRow } from '../../models/index.ts';

/**
 * What a run's `likelihood-ratio` scores compare with: a background over the same kind of values as its likelihood, in the
 * same units.
 */
export function backgroundFor(
  config: RunConfig,
  { likelihood, standardization }: { readonly likelihood: LikelihoodRow; readonly standardization: Standardization | undefined }, // prettier-ignore
): Background {
  const background = backgroundOf(config, likelihood);
  if (!standardization) return background;
  const { logVolume } = standardization;
  return (example) => background(example) + logVolume;
}

function backgroundOf(
  { data, model }: RunConfig,
  { name, isBinary, isStandardized, isOfTables }: LikelihoodRow,
): Background {
  const classes = Number(model.likelihood.classes);
  if (isBinary) return bernoulliBackground;
  if (isStandardized || name === 'continuous-bernoulli') {
    const isWide = data.support === 'real' || data.scale;
    return gaussianBackground(isWide ? { center: 0, stddev: 1 } : { center: 0.5, stddev: 0.1 });
  }
  if (isOfTables) {
    if (data.table) return mixedBackground(new TableEncoder(data.table).modelled);
    throw new ValueError(`score: a '${name}' likelihood needs the schema of its table in config.json: $.data.table.`);
  }
  switch (name) {
    case 'poisson':
      return poissonBackground;
    case 'categorical':
      return categoricalBackground(classes);
    case 'ordinal':
      return ({ length }) => length * Math.log(classes);
    default:
      throw new ValueError(
        `score: no background is known for a likelihood of your own ('${name}'), so there is no likelihood-ratio.`,
      );
  }
}
