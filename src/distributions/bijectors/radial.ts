import { ShapeError, formatShape } from '../../core/index.ts';
import { abs, add, asTensor, div, greaterEqual, log, mul, sqrt, square, sub, sum, where } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { JointBijector } from './bijector.ts';
import type { WithLogDet } from './bijector.ts';

/** Beside ‖x − c‖²: only the centre itself notices, where the distance has no derivative. */
const least = 1e-30;

/**
 * Contracts or expands around a centre (Rezende and Mohamed 2015, Variational Inference with Normalizing Flows, eq. 14 and
 * appendix A.2): with r = ‖x − c‖ and s > 0 the scale at the centre, β = (s − 1) α in the paper's letters,
 *
 *   y = c + q (x − c),  q = 1 + β / (α + r) = (r + s α) / (r + α)
 *   log|det| = (n − 1) log q + log((r² + 2 α r + s α²) / (r + α)²)
 *
 * in which nothing cancels. Far out it is the identity. The way back has a closed form: r′ = q r is a quadratic equation for r.
 */
export class Radial extends JointBijector {
  readonly name = 'Radial';
  /** c [..., n] */
  readonly center: Tensor;
  /** α > 0: how far it reaches, [..., 1] */
  readonly reach: Tensor;
  /** s > 0: what distances near the centre are multiplied by, [..., 1] */
  readonly scale: Tensor;

  constructor(parameters: { readonly center: TensorLike; readonly reach: TensorLike; readonly scale: TensorLike }) {
    super();
    this.center = asTensor(parameters.center);
    this.reach = asTensor(parameters.reach, this.center.dtype);
    this.scale = asTensor(parameters.scale, this.center.dtype);
    for (const [name, { shape }] of Object.entries({ reach: this.reach, scale: this.scale })) {
      if (shape.at(-1) !== 1) throw new ShapeError(`Radial: ${name} must be [..., 1], got ${formatShape(shape)}.`);
    }
  }

  forwardWithLogDet(x: TensorLike): WithLogDet {
    const offset = sub(asTensor(x, this.center.dtype), this.center);
    const r = sqrt(add(sum(square(offset), -1, { keepDims: true }), least));
    return { value: add(this.center, mul(offset, this.stretch(r))), logDet: this.logDet(r) };
  }

  inverseWithLogDet(y: TensorLike): WithLogDet {
    const offset = sub(asTensor(y, this.center.dtype), this.center);
    const stretched = sqrt(add(sum(square(offset), -1, { keepDims: true }), least));
    // r² + b r − α r′ = 0 with b = s α − r′; of its two forms the one in which nothing cancels.
    const b = sub(mul(this.scale, this.reach), stretched);
    const product = mul(stretched, this.reach);
    const twice = add(abs(b), sqrt(add(square(b), mul(product, 4))));
    const r = where(greaterEqual(b, 0), div(mul(product, 2), twice), mul(twice, 0.5));
    return { value: add(this.center, div(offset, this.stretch(r))), logDet: this.logDet(r) };
  }

  /** q */
  private stretch(r: Tensor): Tensor {
    return div(add(r, mul(this.scale, this.reach)), add(r, this.reach));
  }

  private logDet(r: Tensor): Tensor {
    const dimensions = this.center.shape.at(-1) as number;
    const across = mul(log(this.stretch(r)), dimensions - 1);
    const reached = mul(this.reach, add(mul(r, 2), mul(this.scale, this.reach)));
    const along = log(div(add(square(r), reached), square(add(r, this.reach))));
    return sum(add(across, along), -1);
  }
}
