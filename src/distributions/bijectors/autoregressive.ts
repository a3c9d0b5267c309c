import { add, asTensor, exp, mul, neg, sub, sum, zerosLike } from '../../graph/index.ts';
import type { TensorLike } from '../../graph/index.ts';
import { JointBijector } from './bijector.ts';
import type { WithLogDet } from './bijector.ts';
import type { Conditioner } from './coupling.ts';

/**
 * y_i = x_i exp(s_i(y_<i)) + t_i(y_<i), each coordinate shifted and scaled by those before it (Papamakarios, Pavlakou and Murray
 * 2017, Masked Autoregressive Flow, eq. 3 and 4), in whatever order the conditioner has. All s and t of a known y come of one
 * pass, so the way back and densities do; the way there takes n passes, written out in the graph: pass k knows k coordinates.
 */
export class MaskedAutoregressive extends JointBijector {
  readonly name = 'MaskedAutoregressive';
  readonly size: number;
  readonly conditioner: Conditioner;

  /**
   * @param size n
   * @param conditioner whose outputs for a coordinate depend on none but those before it in one fixed order: `made` of nn
   */
  constructor(size: number, conditioner: Conditioner) {
    super();
    this.size = size;
    this.conditioner = conditioner;
  }

  forwardWithLogDet(x: TensorLike): WithLogDet {
    const point = asTensor(x);
    let value = zerosLike(point);
    let logDet = sum(value, -1);
    for (let known = 0; known < this.size; known++) {
      const { shift, logScale } = this.conditioner(value);
      value = add(mul(point, exp(logScale)), shift);
      logDet = sum(logScale, -1);
    }
    return { value, logDet };
  }

  inverseWithLogDet(y: TensorLike): WithLogDet {
    const point = asTensor(y);
    const { shift, logScale } = this.conditioner(point);
    return { value: mul(sub(point, shift), exp(neg(logScale))), logDet: sum(logScale, -1) };
  }
}
