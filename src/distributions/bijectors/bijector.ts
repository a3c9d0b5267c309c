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
  /** Elementwise variances of y by those of x; there where the map is affine and mixes no coordinates. */
  readonly forwardVariance?: ((variance: Tensor) => Tensor) | undefined;
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
}

/** The sum of logarithms of Jacobians over axes that belong to a greater event. */
export function overAxes(logDet: Tensor, axes: number): Tensor {
  return sum(logDet, lastAxes(axes));
}
