import { Normal } from '../../gaussian/index.ts';
import type { ScaleLike } from '../../gaussian/index.ts';
import { slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { inDataUnits } from './data-scale.ts';
import type { DataScale } from './data-scale.ts';
import { everyNumber, ofParts } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { noiseScale } from './noise-scale.ts';
import type { NoiseStddev } from './noise-scale.ts';

/** Independent normal variables with the given mean [..., n] and standard deviation, which broadcasts against it. */
export function gaussianLikelihood(mean: Tensor, stddev: ScaleLike<'stddev'>): Likelihood {
  return ofNormal(Normal.fromStddev(mean, stddev));
}

function ofNormal(normal: Normal): Likelihood {
  const { mean, mode, stddev } = normal;
  return ofParts({
    logProbParts: (x) => normal.logProb(x),
    mean,
    mode,
    sample: (key) => normal.sample(key),
    parameters: { stddev },
  });
}

export interface ScaleFamilyOptions extends LikelihoodSizes {
  readonly stddev: NoiseStddev;
  /** What a learned variance starts at. Default: 1. */
  readonly variance?: number;
  /**
   * Of data that come divided by it: densities are those of the data in their own units, in which a fixed `stddev` is too.
   * Default: 1.
   */
  readonly scale?: DataScale | undefined;
}

export const anyNumber = everyNumber('finite numbers', Number.isFinite);

/** x = mean + σ ε: real numbers around the decoder's mean. */
export function gaussianFamily({ inputSize, stddev, variance = 1, scale }: ScaleFamilyOptions): LikelihoodFamily {
  const noise = noiseScale(stddev, { inputSize, variance, scale });
  return {
    name: 'gaussian',
    outputSize: inputSize + noise.outputSize,
    parameters: noise.parameters,
    measure: 'densities, in the units of the data',
    support: anyNumber,
    apply: (outputs, parameters) => {
      const mean = slice(outputs, { [-1]: [0, inputSize] });
      return inDataUnits(ofNormal(Normal.fromLogVariance(mean, noise.logVariance(outputs, parameters))), scale);
    },
  };
}
