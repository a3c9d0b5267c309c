import { ValueError } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { less, mul, randomUniform, where, withScope } from '../graph/index.ts';
import { layerKey } from './layer.ts';
import type { Layer } from './layer.ts';

/**
 * Dropout (Srivastava et al. 2014): in training each element is 0 with probability `rate` and divided by 1 − rate
 * otherwise, so that its expectation stays; in evaluation nothing happens. The same key drops the same elements.
 *
 * @throws ValueError for a rate outside [0, 1)
 */
export function dropout(name: string, rate: number): Layer {
  if (!(rate >= 0 && rate < 1)) throw new ValueError(`${name}: the rate must be in [0, 1), got ${rate}.`);
  return {
    parameters: [],
    apply: (_, x, context) => {
      if (rate === 0 || context?.mode !== 'train') return x;
      return withScope(name, () => {
        const draws = randomUniform(layerKey(name, context), x.shape, x.dtype as FloatDType);
        return where(less(draws, rate), 0, mul(x, 1 / (1 - rate)));
      });
    },
  };
}
