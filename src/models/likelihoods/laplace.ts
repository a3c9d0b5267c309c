import { Laplace } from '../../distributions/index.ts';
import { asTensor, broadcastTo, mul, sub } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { LikelihoodOf } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily } from './likelihood.ts';
import { describeStddev, locationScaleFamily, stddevOption } from './location-scale.ts';
import type { ScaleFamilyOptions } from './location-scale.ts';
import { defineLikelihood } from './row.ts';

export const laplace = defineLikelihood({
  name: 'laplace',
  summary: 'numbers with Laplace noise around the median',
  when: 'For numbers with outliers: they pull less than under a normal density.',
  formula: 'p(x|z) = e^(−|x − μ(z)| / b) / 2b, b = σ / √2',
  options: stddevOption,
  isStandardized: true,
  describe: describeStddev('laplace'),
  build: ({ stddev }, data) => laplaceFamily({ ...data, stddev }),
});

/** Independent Laplace variables with the given mean [..., n] and the logarithm of their scale, which broadcasts against it. */
export function laplaceLikelihood(mean: Tensor, logScale: Tensor): Likelihood {
  const laplace = Laplace.fromLogScale(mean, logScale);
  return LikelihoodOf.numbers(laplace, { scale: broadcastTo(laplace.scale, laplace.batchShape) });
}

/** As `gaussianFamily`, with Laplace noise: b = σ / √2. */
export function laplaceFamily(options: ScaleFamilyOptions): LikelihoodFamily {
  return locationScaleFamily('laplace', options, (mean, logVariance) =>
    laplaceLikelihood(mean, sub(mul(asTensor(logVariance, mean.dtype), 0.5), Math.LN2 / 2)),
  );
}
