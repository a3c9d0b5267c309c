import { NdArray } from '../core/index.ts';
import type { Shape } from '../core/index.ts';
import { normal, uniform } from '../random/index.ts';
import type { Key } from '../random/index.ts';

/** What starting values may look at. */
export interface InitializerContext {
  /** Training examples at random, as training reads them (standardised, binarised), [count, inputSize]; more than there are: some twice. */
  examples(count: number): NdArray<'float32'>;
}

/** Starting values of one parameter. The context is there where a training begins. */
export type Initializer = (key: Key, shape: Shape, context?: InitializerContext) => NdArray<'float32'>;

/** All 0. */
export const zeros: Initializer = (_, shape) => NdArray.zeros(shape, 'float32');

/** All 1. */
export const ones: Initializer = (_, shape) => {
  const array = NdArray.zeros(shape, 'float32');
  array.data.fill(1);
  return array;
};

/** N(0, 1) */
export const standardNormal: Initializer = (key, shape) => normal(key, shape);

/** Uniform on ±1/√fanIn: what PyTorch's Linear takes for weight and bias. */
export const uniformFanIn =
  (fanIn: number): Initializer =>
  (key, shape) => {
    const bound = 1 / Math.sqrt(fanIn);
    return uniform(key, shape, { low: -bound, high: bound });
  };

/** Glorot and Bengio (2010): uniform on ±√(6 / (fanIn + fanOut)), for tanh and linear layers. */
export const glorotUniform =
  (fanIn: number, fanOut: number): Initializer =>
  (key, shape) => {
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    return uniform(key, shape, { low: -bound, high: bound });
  };

/** He et al. (2015): normal with variance 2 / fanIn, for ReLU layers. */
export const heNormal =
  (fanIn: number): Initializer =>
  (key, shape) => {
    const values = normal(key, shape);
    const stddev = Math.sqrt(2 / fanIn);
    values.data.forEach((value, index) => (values.data[index] = value * stddev));
    return values;
  };
