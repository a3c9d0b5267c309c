import { ShapeError, formatShape, sizeOf } from '../../core/index.ts';
import type { Shape } from '../../core/index.ts';
import { add, asTensor, reshape, sum, zerosLike } from '../../graph/index.ts';
import type { Tensor, TensorLike } from '../../graph/index.ts';
import { lastAxes } from '../support.ts';
import { BijectorBase, overAxes } from './bijector.ts';
import type { Bijector, WithLogDet } from './bijector.ts';

/** One after the other, the last first, as functions are written: `new Chain([f, g]).forward(x)` is f(g(x)). None: the identity. */
export class Chain extends BijectorBase {
  readonly name: string;
  override readonly forwardMinEventNdims: number;
  override readonly inverseMinEventNdims: number;
  override readonly isAffine: boolean;
  override readonly isTotal: boolean;
  override readonly isSurjective: boolean;
  readonly bijectors: readonly Bijector[];
  readonly forwardVariance: ((variance: Tensor) => Tensor) | undefined;

  constructor(bijectors: readonly Bijector[]) {
    super();
    this.bijectors = bijectors;
    this.name = `Chain(${bijectors.map(({ name }) => name).join(', ')})`;
    // An event keeps its other axes: a map needs as many as its own, where those before it have changed their number.
    let [change, needed] = [0, 0];
    for (const { forwardMinEventNdims, inverseMinEventNdims } of this.inOrder) {
      needed = Math.max(needed, forwardMinEventNdims - change);
      change += inverseMinEventNdims - forwardMinEventNdims;
    }
    this.forwardMinEventNdims = needed;
    this.inverseMinEventNdims = needed + change;
    this.isAffine = bijectors.every(({ isAffine }) => isAffine);
    this.isTotal = bijectors.every(({ isTotal }) => isTotal);
    this.isSurjective = bijectors.every(({ isSurjective }) => isSurjective);
    const maps = this.inOrder.map(({ forwardVariance }) => forwardVariance);
    this.forwardVariance = maps.every((map) => map !== undefined)
      ? (variance) => maps.reduce((x, map) => map(x), variance)
      : undefined;
  }

  forward(x: TensorLike): Tensor {
    return this.inOrder.reduce<Tensor>((point, bijector) => bijector.forward(point), asTensor(x));
  }

  inverse(y: TensorLike): Tensor {
    return this.bijectors.reduce<Tensor>((point, bijector) => bijector.inverse(point), asTensor(y));
  }

  /** The sum of all, each at the point that reaches it. */
  forwardLogDetJacobian(x: TensorLike): Tensor {
    return this.forwardWithLogDet(x).logDet;
  }

  override forwardWithLogDet(x: TensorLike): WithLogDet {
    let point = asTensor(x);
    let axes = this.forwardMinEventNdims;
    const each: Tensor[] = [];
    for (const bijector of this.inOrder) {
      const { value, logDet } = bijector.forwardWithLogDet(point);
      each.push(overAxes(logDet, axes - bijector.forwardMinEventNdims));
      point = value;
      axes += bijector.inverseMinEventNdims - bijector.forwardMinEventNdims;
    }
    return { value: point, logDet: total(each, point) };
  }

  override inverseWithLogDet(y: TensorLike): WithLogDet {
    let point = asTensor(y);
    let axes = this.inverseMinEventNdims;
    const each: Tensor[] = [];
    for (const bijector of this.bijectors) {
      const { value, logDet } = bijector.inverseWithLogDet(point);
      each.unshift(overAxes(logDet, axes - bijector.inverseMinEventNdims));
      point = value;
      axes += bijector.forwardMinEventNdims - bijector.inverseMinEventNdims;
    }
    return { value: point, logDet: total(each, point) };
  }

  private get inOrder(): readonly Bijector[] {
    return this.bijectors.toReversed();
  }
}

/** In the order of the way forward; of none: 0 for each number. */
function total([first, ...others]: readonly Tensor[], point: Tensor): Tensor {
  return first ? others.reduce((sum, own) => add(sum, own), first) : zerosLike(point);
}

/** A bijector the other way round: `new Invert(new Exp())` is the logarithm. */
export class Invert extends BijectorBase {
  readonly name: string;
  override readonly forwardMinEventNdims: number;
  override readonly inverseMinEventNdims: number;
  override readonly isAffine: boolean;
  override readonly isTotal: boolean;
  override readonly isSurjective: boolean;
  readonly bijector: Bijector;

  constructor(bijector: Bijector) {
    super();
    this.bijector = bijector;
    this.name = `Invert(${bijector.name})`;
    this.forwardMinEventNdims = bijector.inverseMinEventNdims;
    this.inverseMinEventNdims = bijector.forwardMinEventNdims;
    this.isAffine = bijector.isAffine;
    this.isTotal = bijector.isSurjective;
    this.isSurjective = bijector.isTotal;
  }

  forward(x: TensorLike): Tensor {
    return this.bijector.inverse(x);
  }

  inverse(y: TensorLike): Tensor {
    return this.bijector.forward(y);
  }

  forwardLogDetJacobian(x: TensorLike): Tensor {
    return this.bijector.inverseLogDetJacobian(x);
  }

  override inverseLogDetJacobian(y: TensorLike): Tensor {
    return this.bijector.forwardLogDetJacobian(y);
  }
}

/** The same numbers in events of another shape. */
export class Reshape extends BijectorBase {
  readonly name = 'Reshape';
  override readonly forwardMinEventNdims: number;
  override readonly inverseMinEventNdims: number;
  override readonly isAffine = true;
  readonly from: Shape;
  readonly to: Shape;

  /** @throws ShapeError when the shapes do not hold as many numbers */
  constructor({ from, to }: { readonly from: Shape; readonly to: Shape }) {
    super();
    if (sizeOf(from) !== sizeOf(to)) {
      throw new ShapeError(`Reshape: ${formatShape(from)} and ${formatShape(to)} do not hold as many numbers.`);
    }
    [this.from, this.to] = [from, to];
    this.forwardMinEventNdims = from.length;
    this.inverseMinEventNdims = to.length;
  }

  forward(x: TensorLike): Tensor {
    return reshaped(asTensor(x), this.from, this.to);
  }

  inverse(y: TensorLike): Tensor {
    return reshaped(asTensor(y), this.to, this.from);
  }

  forwardLogDetJacobian(x: TensorLike): Tensor {
    return zerosLike(sum(asTensor(x), lastAxes(this.from.length)));
  }

  readonly forwardVariance = (variance: Tensor): Tensor => this.forward(variance);
}

function reshaped(x: Tensor, from: Shape, to: Shape): Tensor {
  const event = x.shape.slice(x.rank - from.length);
  if (formatShape(event) !== formatShape(from)) {
    throw new ShapeError(`Reshape: takes events of shape ${formatShape(from)}, got ${formatShape(x.shape)}.`);
  }
  return reshape(x, [...x.shape.slice(0, x.rank - from.length), ...to]);
}
