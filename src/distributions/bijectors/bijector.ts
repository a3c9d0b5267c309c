import { neg, sum } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { lastAxes } from '../support.ts';

/**
 * A smooth map with a smooth inverse (names are those of TensorFlow Probability). A density is carried along by it:
 * log p(y) = log p(x) − log|det ∂y/∂x| with y = forward(x).
 */
export interface Bijector {
  /** Which it is, for messages. */
  readonly name: string;
  /** How many last axes of x are one point: 0 for maps of numbers, 1 for maps of vectors. */
  readonly forwardMinEventNdims: number;
  /** How many last axes of y are one point: as of x, unless the map reshapes. */
  readonly inverseMinEventNdims: number;
  /** Whether y = A x + b: then the mean of y is forward(mean of x). */
  readonly isAffine: boolean;
  /** Whether every finite x has an image. */
  readonly isTotal: boolean;
  /** Whether every finite y is the image of some x. */
  readonly isSurjective: boolean;
  forward(x: TensorLike): Tensor;
  inverse(y: TensorLike): Tensor;
  /** log|det ∂y/∂x| at x, without the axes of a point: that of each number where a map is of numbers. */
  forwardLogDetJacobian(x: TensorLike): Tensor;
  /** log|det ∂x/∂y| at y. */
  inverseLogDetJacobian(y: TensorLike): Tensor;
  /** y and log|det ∂y/∂x| together, where they share what they cost. */
  forwardWithLogDet(x: TensorLike): WithLogDet;
  /** x and log|det ∂y/∂x| there: of the way forward, as a density needs it. */
  inverseWithLogDet(y: TensorLike): WithLogDet;
  /** Elementwise variances of y by those of x; there where the map is affine and mixes no coordinates. */
  readonly forwardVariance?: ((variance: Tensor) => Tensor) | undefined;
}

/** A point and the logarithm of a Jacobian, which has not the axes of a point. */
export interface WithLogDet {
  readonly value: Tensor;
  readonly logDet: Tensor;
}

/** What follows from the other members. */
export abstract class BijectorBase implements Bijector {
  abstract readonly name: string;
  readonly forwardMinEventNdims: number = 0;
  readonly inverseMinEventNdims: number = 0;
  readonly isAffine: boolean = false;
  readonly isTotal: boolean = true;
  readonly isSurjective: boolean = true;
  abstract forward(x: TensorLike): Tensor;
  abstract inverse(y: TensorLike): Tensor;
  abstract forwardLogDetJacobian(x: TensorLike): Tensor;

  inverseLogDetJacobian(y: TensorLike): Tensor {
    return neg(this.forwardLogDetJacobian(this.inverse(y)));
  }

  forwardWithLogDet(x: TensorLike): WithLogDet {
    return { value: this.forward(x), logDet: this.forwardLogDetJacobian(x) };
  }

  inverseWithLogDet(y: TensorLike): WithLogDet {
    const value = this.inverse(y);
    return { value, logDet: this.forwardLogDetJacobian(value) };
  }
}

/** A map of vectors whose value and Jacobian come of one computation, both ways: what is left follows from the two. */
export abstract class JointBijector extends BijectorBase {
  override readonly forwardMinEventNdims: number = 1;
  override readonly inverseMinEventNdims: number = 1;
  abstract override forwardWithLogDet(x: TensorLike): WithLogDet;
  abstract override inverseWithLogDet(y: TensorLike): WithLogDet;

  forward(x: TensorLike): Tensor {
    return this.forwardWithLogDet(x).value;
  }

  inverse(y: TensorLike): Tensor {
    return this.inverseWithLogDet(y).value;
  }

  forwardLogDetJacobian(x: TensorLike): Tensor {
    return this.forwardWithLogDet(x).logDet;
  }

  override inverseLogDetJacobian(y: TensorLike): Tensor {
    return neg(this.inverseWithLogDet(y).logDet);
  }
}

/** The sum of logarithms of Jacobians over axes that belong to a greater event. */
export function overAxes(logDet: Tensor, axes: number): Tensor {
  return sum(logDet, lastAxes(axes));
}
