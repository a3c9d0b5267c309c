import { add, maximum, minimum, mul, stopGradient, sub, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/**
 * The identity on [−soft, soft], bent smoothly (two continuous derivatives) to stay within (−hard, hard):
 * c + (hard − soft) tanh((x − c) / (hard − soft)) with c the point of [−soft, soft] next to x. A head's log-variance
 * so cannot overflow, and still has a gradient wherever it is.
 */
export function softClamp(x: Tensor, soft: number, hard: number): Tensor {
  // The slope is 1 − tanh² inside too, where tanh is 0: nothing is lost by calling c a constant.
  const core = stopGradient(minimum(maximum(x, -soft), soft));
  const room = hard - soft;
  return add(core, mul(tanh(mul(sub(x, core), 1 / room)), room));
}
