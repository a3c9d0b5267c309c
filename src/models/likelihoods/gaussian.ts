import { Normal } from '../../gaussian/index.ts';
import type { ScaleLike } from '../../gaussian/index.ts';
import { slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
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
}

export const anyNumber = everyNumber('finite numbers', Number.isFinite);

/** x = mean + σ ε: real numbers around the decoder's mean. */
export function gaussianFamily({ inputSize, stddev, variance = 1 }: ScaleFamilyOptions): LikelihoodFamily {
  const scale = noiseScale(stddev, { inputSize, variance });
  return {
    name: 'gaussian',
    outputSize: inputSize + scale.outputSize,
    parameters: scale.parameters,
    measure: 'densities, in the units of the data',
    support: anyNumber,
    apply: (outputs, parameters) =>
      ofNormal(
        Normal.fromLogVariance(slice(outputs, { [-1]: [0, inputSize] }), scale.logVariance(outputs, parameters)),
      ),
  };
}
