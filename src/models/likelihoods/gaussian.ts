import { Normal } from '../../gaussian/index.ts';
import type { ScaleLike } from '../../gaussian/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { LikelihoodOf } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily } from './likelihood.ts';
import { locationScaleFamily } from './location-scale.ts';
import type { ScaleFamilyOptions } from './location-scale.ts';

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
