import { NdArray, rule } from '../../core/index.ts';
import { add, constant, slice } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';
import { parameter } from '../../nn/index.ts';
import type { ParameterSpec, Parameters } from '../../nn/index.ts';
import { softClamp } from '../soft-clamp.ts';
import { logScale } from './data-scale.ts';
import type { DataScale } from './data-scale.ts';
import type { LikelihoodSizes } from './likelihood.ts';

/**
 * The standard deviation of the observations around the decoder's mean:
 *
 * - a number: fixed, in the units of the data;
 * - `shared`: one number, learned. Its best value is the root mean square of the residuals (the "optimal σ" of Rybkin,
 *   Daniilidis and Levine 2021), where the gradient of the ELBO by it vanishes; it balances reconstruction and KL, so no
 *   β needs tuning;
 * - `per-dimension`: one number for each dimension, learned;
 * - `head`: given by the decoder for each dimension of each example.
 */
export type NoiseStddev = NonNullable<typeof stddevRule.type>;

export const stddevRule = rule.either(rule.number({ above: 0 }), rule.oneOf(['shared', 'per-dimension', 'head']));

export interface NoiseScale {
  /** Numbers that the decoder gives besides the mean. */
  readonly outputSize: number;
  readonly parameters: readonly ParameterSpec[];
  /** log σ², which broadcasts against the mean. @param outputs [..., inputSize + outputSize], the mean first */
  logVariance(outputs: Tensor, parameters: Parameters): Tensor | number;
}

/** Standard deviations that are learned stay within e^±5 (bending from e^±4.5 on): no density of a repeated value diverges. */
const bounds = { soft: 9, hard: 10 } as const;
const name = 'likelihood.logVariance';

/**
 * @param options.variance what a learned variance starts at
 * @param options.scale what x was divided by
 */
export function noiseScale(
  stddev: NoiseStddev,
  {
    inputSize,
    variance,
    scale,
  }: LikelihoodSizes & { readonly variance: number; readonly scale?: DataScale | undefined },
): NoiseScale {
  if (typeof stddev === 'number') return fixedNoise(2 * Math.log(stddev), scale);
  const start = Math.log(variance);
  const bounded = (logVariance: Tensor): Tensor => softClamp(logVariance, bounds.soft, bounds.hard);
  if (stddev === 'head') {
    return {
      outputSize: inputSize,
      parameters: [],
      logVariance: (outputs) => bounded(add(slice(outputs, { [-1]: [inputSize] }), start)),
    };
  }
  const shape = stddev === 'shared' ? [] : [inputSize];
  return {
    outputSize: 0,
    parameters: [{ name, shape, initializer: (_, size) => filled(size, start) }],
    logVariance: (_, parameters) => bounded(parameter(parameters, name)),
  };
}

function fixedNoise(logVariance: number, scale: DataScale | undefined): NoiseScale {
  if (!scale) return { outputSize: 0, parameters: [], logVariance: () => logVariance };
  const values = new NdArray(
    logScale(scale).map((log) => logVariance - 2 * log),
    [scale.length],
  );
  return { outputSize: 0, parameters: [], logVariance: ({ dtype }) => constant(values, dtype) };
}

function filled(shape: readonly number[], value: number): NdArray<'float32'> {
  const array = NdArray.zeros(shape, 'float32');
  array.data.fill(value);
  return array;
}
