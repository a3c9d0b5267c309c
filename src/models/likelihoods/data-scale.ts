import { NdArray } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { constant, sub } from '../../graph/index.ts';
import type { Likelihood } from './likelihood.ts';

/** What 1 is in the data's own units, for each number of an example, where the model sees them divided by it. */
export type DataScale = ArrayLike<number>;

/** log of the scale, in float64 until here, as a constant [n]. */
export function logScale(scale: DataScale): Float64Array<ArrayBuffer> {
  return Float64Array.from(scale, Math.log);
}

/**
 * A likelihood of y = (x − centre) / scale that gives densities of x: log p(xᵢ) = log p(yᵢ) − log scaleᵢ. It is still asked about y,
 * and its mean, mode and draws are y.
 */
export function inDataUnits(likelihood: Likelihood, scale: DataScale | undefined): Likelihood {
  if (!scale) return likelihood;
  const logs = logScale(scale);
  const dtype = likelihood.mean.dtype as FloatDType;
  const parts = constant(new NdArray(logs, [logs.length]), dtype);
  const total = logs.reduce((a, b) => a + b, 0);
  return {
    ...likelihood,
    logProbParts: (y) => sub(likelihood.logProbParts(y), parts),
    // The parts' constants are summed in float64: in float32 they may each be large and cancel.
    logProb: (y) => sub(likelihood.logProb(y), total),
  };
}
