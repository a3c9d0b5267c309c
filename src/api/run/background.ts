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

/**
 * What a run's `likelihood-ratio` scores compare with: a background over the same kind of values as its likelihood, in the
 * same units.
 */
export function backgroundFor(config: RunConfig, standardization?: Standardization): Background {
  const background = backgroundOf(config);
  if (!standardization) return background;
  const { logVolume } = standardization;
  return (example) => background(example) + logVolume;
}

function backgroundOf({ data, model }: RunConfig): Background {
  const { name } = model.likelihood;
  const classes = Number(model.likelihood.classes);
  switch (name) {
    case 'bernoulli':
      return bernoulliBackground;
    case 'gaussian':
    case 'laplace':
    case 'continuous-bernoulli':
      return gaussianBackground(
        data.support === 'real' || data.scale ? { center: 0, stddev: 1 } : { center: 0.5, stddev: 0.1 },
      );
    case 'poisson':
      return poissonBackground;
    case 'categorical':
      return categoricalBackground(classes);
    case 'ordinal':
      return ({ length }) => length * Math.log(classes);
    case 'mixed':
      if (data.table) return mixedBackground(new TableEncoder(data.table).modelled);
      throw new ValueError("score: a 'mixed' likelihood needs the schema of its table in config.json: $.data.table.");
    default:
      throw new ValueError(
        `score: no background is known for a likelihood of your own ('${name}'), so there is no likelihood-ratio.`,
      );
  }
}
