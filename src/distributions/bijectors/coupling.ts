import { ValueError } from '../../core/index.ts';
import { add, asTensor, constant, exp, mul, neg, sub, sum } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { JointBijector } from './bijector.ts';
import type { WithLogDet } from './bijector.ts';

/** What some coordinates of a vector say of the map of others: [..., n] each. */
export type Conditioner = (x: Tensor) => { readonly shift: Tensor; readonly logScale: Tensor };

/**
 * Half of the coordinates pass, and say how the others are shifted and scaled (Dinh, Sohl-Dickstein and Bengio 2017, Density
 * Estimation using Real NVP, eq. 7 and 8): with m the mask of those that pass,
 *
 *   y = x ⊙ exp(s) + t,  (s, t) = (1 − m) ⊙ conditioner(m ⊙ x),  log|det| = Σ s
 *
 * As those that pass are the same in x and y, the way back costs as much as the way there.
 */
export class AffineCoupling extends JointBijector {
  readonly name = 'AffineCoupling';
  /** m: whether a coordinate passes, [n]. */
  readonly mask: readonly boolean[];
  readonly conditioner: Conditioner;

  /** @throws ValueError where none passes or all do: then nothing depends on anything, or nothing is changed */
  constructor(mask: readonly boolean[], conditioner: Conditioner) {
    super();
    if (!mask.includes(true) || !mask.includes(false)) {
      throw new ValueError(
        `AffineCoupling: some coordinates must pass and some not, got ${mask.length} of which ${mask.filter(Boolean).length} pass.`,
      );
    }
    this.mask = mask;
    this.conditioner = conditioner;
  }

  forwardWithLogDet(x: TensorLike): WithLogDet {
    const point = asTensor(x);
    const { shift, logScale } = this.parameters(point);
    return { value: add(mul(point, exp(logScale)), shift), logDet: sum(logScale, -1) };
  }

  inverseWithLogDet(y: TensorLike): WithLogDet {
    const point = asTensor(y);
    const { shift, logScale } = this.parameters(point);
    return { value: mul(sub(point, shift), exp(neg(logScale))), logDet: sum(logScale, -1) };
  }

  private parameters(x: Tensor): ReturnType<Conditioner> {
    const passes = constant(this.mask.map(Number), x.dtype);
    const others = sub(1, passes);
    const { shift, logScale } = this.conditioner(mul(x, passes));
    return { shift: mul(shift, others), logScale: mul(logScale, others) };
  }
}
