import { checkEntries, checkFinite, floatPair, floatTensor, squareSize } from '../../gaussian/parameters.ts';
import {
  abs,
  add,
  asTensor,
  broadcastGraphShapes,
  broadcastTo,
  diagonalPart,
  div,
  expandDims,
  log,
  matmul,
  mul,
  square,
  squeeze,
  sub,
  sum,
  triangle,
  triangularSolve,
} from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { BijectorBase } from './bijector.ts';

/** y = shift + scale · x, number by number; the scale is not 0, and may be negative. Both broadcast. */
export class Affine extends BijectorBase {
  readonly name = 'Affine';
  override readonly isAffine = true;
  /** As given: plain numbers and arrays take the element type of the x that they meet. */
  readonly shift: TensorLike;
  readonly scale: TensorLike;

  constructor(shift: TensorLike, scale: TensorLike) {
    super();
    const [b, a] = floatPair('Affine', shift, scale);
    checkFinite('Affine: shift', b);
    checkEntries('Affine: scale', a, { accepts: (x) => x !== 0 && Number.isFinite(x), wanted: 'finite and not 0' });
    this.shift = shift;
    this.scale = scale;
  }

  forward(x: TensorLike): Tensor {
    return add(this.shift, mul(x, this.scale));
  }

  inverse(y: TensorLike): Tensor {
    return div(sub(y, this.shift), this.scale);
  }

  /** log|scale|, once for each number. */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    const { shape, dtype } = this.forward(x);
    return broadcastTo(log(abs(asTensor(this.scale, dtype))), shape);
  }

  readonly forwardVariance = (variance: Tensor): Tensor => mul(variance, square(asTensor(this.scale, variance.dtype)));
}

/**
 * y = L x of vectors, L lower triangular (`ScaleMatvecTriL` of TensorFlow Probability), [...batch, n, n]; what stands above
 * its diagonal is not read, and the diagonal is not 0.
 */
export class ScaleMatvecTriL extends BijectorBase {
  readonly name = 'ScaleMatvecTriL';
  override readonly forwardMinEventNdims = 1;
  override readonly inverseMinEventNdims = 1;
  override readonly isAffine = true;
  /** As given. */
  readonly scaleTril: TensorLike;

  constructor(scaleTril: TensorLike) {
    super();
    const factor = floatTensor('ScaleMatvecTriL', scaleTril);
    squareSize('ScaleMatvecTriL', factor);
    checkFinite('ScaleMatvecTriL', factor);
    this.scaleTril = scaleTril;
  }

  forward(x: TensorLike): Tensor {
    return this.onColumns(x, (factor, column) => matmul(factor, column));
  }

  inverse(y: TensorLike): Tensor {
    return this.onColumns(y, (factor, column) => triangularSolve(factor, column));
  }

  /** Σ log|Lᵢᵢ| */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    const { shape, dtype } = asTensor(x);
    const logDet = sum(log(abs(diagonalPart(asTensor(this.scaleTril, dtype)))), -1);
    return broadcastTo(logDet, broadcastGraphShapes(this.name, shape.slice(0, -1), logDet.shape));
  }

  private onColumns(x: TensorLike, map: (factor: Tensor, column: Tensor) => Tensor): Tensor {
    const point = asTensor(x);
    return squeeze(map(triangle(asTensor(this.scaleTril, point.dtype)), expandDims(point, -1)), -1);
  }
}
