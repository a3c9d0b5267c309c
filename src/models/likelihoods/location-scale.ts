import { option } from '../../parts/index.ts';
import { slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { inDataUnits } from './data-scale.ts';
import type { DataScale } from './data-scale.ts';
import { everyNumber } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily, LikelihoodSizes } from './likelihood.ts';
import { noiseScale, stddevRule } from './noise-scale.ts';
import type { NoiseStddev } from './noise-scale.ts';

/** The options of likelihoods with noise around a mean. */
export const stddevOption = {
  stddev: option(stddevRule, {
    help: 'standard deviation of a Gaussian or Laplace likelihood: fixed, or learned once, for each dimension, or by the decoder',
    default: 'shared',
  }),
};

export const describeStddev =
  (name: string) =>
  ({ stddev }: { readonly stddev: NoiseStddev }): string =>
    `${name}, standard deviation${typeof stddev === 'number' ? ` ${stddev}` : `: ${stddev}`}`;

/** Sizes and noise of likelihoods around a mean: gaussian, laplace. */
export interface ScaleFamilyOptions extends LikelihoodSizes {
  readonly stddev: NoiseStddev;
  /** What a learned variance starts at. Default: 1. */
  readonly variance?: number | undefined;
  /**
   * Of data that come divided by it: densities are those of the data in their own units, in which a fixed `stddev` is too.
   * Default: 1.
   */
  readonly scale?: DataScale | undefined;
}

/**
 * Real numbers around the decoder's mean, with noise of the standard deviation that is asked for.
 *
 * @param make the likelihood of a mean [..., n] and log σ², which broadcasts against it
 */
export function locationScaleFamily(
  name: string,
  { inputSize, stddev, variance = 1, scale }: ScaleFamilyOptions,
  make: (mean: Tensor, logVariance: Tensor | number) => Likelihood,
): LikelihoodFamily {
  const noise = noiseScale(stddev, { inputSize, variance, scale });
  return {
    name,
    outputSize: inputSize + noise.outputSize,
    parameters: noise.parameters,
    measure: 'densities, in the units of the data',
    support: everyNumber('finite numbers', Number.isFinite),
    apply: (outputs, parameters) => {
      const mean = slice(outputs, { [-1]: [0, inputSize] });
      return inDataUnits(make(mean, noise.logVariance(outputs, parameters)), scale);
    },
  };
}
