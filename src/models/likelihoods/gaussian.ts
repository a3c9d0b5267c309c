import { Normal } from '../../gaussian/index.ts';
import type { ScaleLike } from '../../gaussian/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { LikelihoodOf } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily } from './likelihood.ts';
import { describeStddev, locationScaleFamily, stddevOption } from './location-scale.ts';
import type { ScaleFamilyOptions } from './location-scale.ts';
import { defineLikelihood } from './row.ts';

/** The row of the Gaussian among the likelihoods. */
export const gaussian = defineLikelihood({
  name: 'gaussian',
  summary: 'numbers with normal noise around the mean',
  when: 'For numbers in any unit, and images in colour.',
  formula: 'p(x|z) = N(x; μ(z), σ²)',
  paper: 'Rybkin, Daniilidis and Levine 2021, Simple and Effective VAE Training with Calibrated Decoders (learned σ)',
  options: stddevOption,
  isStandardized: true,
  describe: describeStddev('gaussian'),
  build: ({ stddev }, data) => gaussianFamily({ ...data, stddev }),
});

/** Independent normal variables with the given mean [..., n] and standard deviation, which broadcasts against it. */
export function gaussianLikelihood(mean: Tensor, stddev: ScaleLike<'stddev'>): Likelihood {
  return ofNormal(Normal.fromStddev(mean, stddev));
}

function ofNormal(normal: Normal): Likelihood {
  return LikelihoodOf.numbers(normal, { stddev: normal.stddev });
}

/** x = mean + σ ε: real numbers around the decoder's mean. */
export function gaussianFamily(options: ScaleFamilyOptions): LikelihoodFamily {
  return locationScaleFamily('gaussian', options, (mean, logVariance) =>
    ofNormal(Normal.fromLogVariance(mean, logVariance)),
  );
}
