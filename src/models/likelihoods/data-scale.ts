import { NdArray } from '../../core/index.ts';
import type { Distribution, SampleAndLogProb } from '../../distributions/index.ts';
import { add, constant, sub } from '../../graph/index.ts';
import type { GraphKey, GraphShape, Tensor, TensorLike } from '../../graph/index.ts';
import type { Key } from '../../random/index.ts';
import { LikelihoodOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';

/** What 1 is in the data's own units, for each number of an example, where the model sees them divided by it. */
export type DataScale = ArrayLike<number>;

/** log of the scale, in float64 until here, as a constant [n]. */
export function logScale(scale: DataScale): Float64Array<ArrayBuffer> {
  return Float64Array.from(scale, Math.log);
}

/**
 * A likelihood of y = (x − centre) / scale that gives densities of x: log p(xᵢ) = log p(yᵢ) − log scaleᵢ. It is still asked about y,
 * and its moments, mode and draws are y.
 */
class InDataUnits extends LikelihoodOf {
  /** The parts' constants are summed in float64: in float32 they may each be large and cancel. */
  readonly #total: number;

  constructor(likelihood: Likelihood, scale: DataScale) {
    const logs = logScale(scale);
    const parts = constant(new NdArray(logs, [logs.length]), likelihood.dtype);
    super(likelihood, {
      logProbParts: (y) => sub(likelihood.logProbParts(y), parts),
      parameters: likelihood.parameters,
    });
    this.#total = logs.reduce((a, b) => a + b, 0);
  }

  override get entropy(): Distribution['entropy'] {
    const entropy = super.entropy;
    return entropy && (() => add(entropy(), this.#total));
  }

  override sampleAndLogProb(key: GraphKey | Key, sampleShape: GraphShape = []): SampleAndLogProb {
    const { value, logProb } = super.sampleAndLogProb(key, sampleShape);
    return { value, logProb: sub(logProb, this.#total) };
  }

  override logProb(y: TensorLike): Tensor {
    return sub(super.logProb(y), this.#total);
  }
}

export function inDataUnits(likelihood: Likelihood, scale: DataScale | undefined): Likelihood {
  return scale ? new InDataUnits(likelihood, scale) : likelihood;
}
