import type { FloatDType } from '../../core/index.ts';
import {
  abs,
  add,
  asTensor,
  broadcastTo,
  div,
  exp,
  log1p,
  mul,
  neg,
  randomUniform,
  sign,
  slice,
  sub,
} from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { inDataUnits } from './data-scale.ts';
import { anyNumber } from './gaussian.ts';
import type { ScaleFamilyOptions } from './gaussian.ts';
import { ofParts } from './likelihood.ts';
import type { Likelihood, LikelihoodFamily } from './likelihood.ts';
import { noiseScale } from './noise-scale.ts';

/**
 * Independent Laplace variables with the given mean [..., n] and the logarithm of their scale b, which broadcasts against
 * it: p(x) = e^(−|x − μ| / b) / 2b, with standard deviation b √2. Less drawn to outliers than a normal.
 */
export function laplaceLikelihood(mean: Tensor, logScale: Tensor): Likelihood {
  const dtype = mean.dtype as FloatDType;
  const scale = exp(logScale);
  return ofParts({
    logProbParts: (x) => neg(add(div(abs(sub(asTensor(x, mean.dtype), mean)), scale), add(logScale, Math.LN2))),
    mean,
    mode: mean,
    // u uniform on [−½, ½): −sign(u) log(1 − 2|u|) has density ½ e^−|x|.
    sample: (key) => {
      const u = sub(0.5, randomUniform(key, mean.shape, dtype));
      return sub(mean, mul(scale, mul(sign(u), log1p(mul(abs(u), -2)))));
    },
    parameters: { scale: broadcastTo(scale, mean.shape) },
  });
}

/** As `gaussianFamily`, with Laplace noise of the standard deviation that is asked for. */
export function laplaceFamily({ inputSize, stddev, variance = 1, scale }: ScaleFamilyOptions): LikelihoodFamily {
  const noise = noiseScale(stddev, { inputSize, variance, scale });
  return {
    name: 'laplace',
    outputSize: inputSize + noise.outputSize,
    parameters: noise.parameters,
    measure: 'densities, in the units of the data',
    support: anyNumber,
    apply: (outputs, parameters) => {
      const mean = slice(outputs, { [-1]: [0, inputSize] });
      const logVariance = asTensor(noise.logVariance(outputs, parameters), mean.dtype);
      return inDataUnits(laplaceLikelihood(mean, sub(mul(logVariance, 0.5), Math.LN2 / 2)), scale); // b = σ / √2
    },
  };
}
