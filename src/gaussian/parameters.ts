import { DTypeError, NdArray, ShapeError, ValueError, formatShape, isFloat, stridesOf } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { Tensor, asTensors, isOp, ownDType, plainDType } from '../graph/index.ts';
import type { GraphShape, TensorLike } from '../graph/index.ts';
import type { ScaleWord } from './scale.ts';

/** Parameters as floating-point tensors of one dtype; arrays of whole numbers take that of the others. @throws DTypeError */
export function floatTensors(operation: string, ...values: readonly TensorLike[]): Tensor[] {
  const [dtype = plainDType] = values.flatMap(ownDType).filter(isFloat);
  const tensors = asTensors(operation, ...values.map((value) => wholeAsFloat(value, dtype)));
  for (const tensor of tensors) floatDType(operation, tensor);
  return tensors;
}

function wholeAsFloat(value: TensorLike, dtype: FloatDType): TensorLike {
  const [own] = ownDType(value);
  return value instanceof Tensor || own === undefined || isFloat(own) ? value : NdArray.from(value, dtype);
}

export function floatTensor(operation: string, value: TensorLike): Tensor {
  const [tensor] = floatTensors(operation, value) as [Tensor];
  return tensor;
}

/** A mean and a scale as tensors of one dtype. */
export function floatPair(operation: string, a: TensorLike, b: TensorLike): readonly [Tensor, Tensor] {
  return floatTensors(operation, a, b) as [Tensor, Tensor];
}

export function floatDType(operation: string, tensor: Tensor): FloatDType {
  const { dtype } = tensor;
  if (!isFloat(dtype))
    throw new DTypeError(`${operation}: takes floating-point numbers, got ${dtype}. Convert the tensor with cast().`);
  return dtype;
}

/** The size of the last axis, which must be known. */
export function lastSize(operation: string, x: Tensor): number {
  const size = x.shape.at(-1);
  if (typeof size !== 'number') {
    throw new ShapeError(`${operation}: needs a last axis of known size, got ${formatShape(x.shape)}.`);
  }
  return size;
}

/** n of a tensor of square matrices [..., n, n]. */
export function squareSize(operation: string, x: Tensor): number {
  const size = x.shape.at(-1);
  if (typeof size !== 'number' || x.shape.at(-2) !== size) {
    throw new ShapeError(`${operation}: needs square matrices [..., n, n], got ${formatShape(x.shape)}.`);
  }
  return size;
}

/** The value of a tensor that is fixed in the graph: what can be checked before anything runs. */
export function constantValue(x: Tensor): NdArray | undefined {
  return isOp(x, 'constant') ? x.attributes.value : undefined;
}

/**
 * Checks the values that are known already.
 * @throws ValueError that names the first entry for which `accepts` does not hold, and where it stands
 */
export function checkEntries(
  operation: string,
  x: Tensor,
  { accepts, wanted }: { readonly accepts: (value: number) => boolean; readonly wanted: string },
): void {
  const value = constantValue(x);
  if (!value) return;
  const at = value.data.findIndex((entry) => !accepts(entry));
  if (at < 0) return;
  const place = value.shape.length === 0 ? '' : ` at ${formatShape(positionOf(at, value.shape))}`;
  throw new ValueError(`${operation}: must be ${wanted}, got ${value.data[at]}${place}.`);
}

function positionOf(flat: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % (shape[axis] ?? 1));
}

export function checkFinite(operation: string, x: Tensor): void {
  checkEntries(operation, x, { accepts: Number.isFinite, wanted: 'finite' });
}

/** Standard deviations and variances are positive and finite, their logarithms finite. */
export function checkScale(operation: string, word: ScaleWord, x: Tensor): void {
  if (word === 'logStddev' || word === 'logVariance') checkFinite(`${operation}: ${word}`, x);
  else {
    checkEntries(`${operation}: ${word}`, x, {
      accepts: (value) => value > 0 && value < Infinity,
      wanted: 'positive and finite (MultivariateNormal.fromCovariance takes singular covariances)',
    });
  }
}

/**
 * A matrix where a vector of scales is meant: one axis more than the mean, the last two equal. It would broadcast in
 * silence, to a batch of n wrong distributions.
 */
export function refuseMatrixAsScale(operation: string, word: ScaleWord, mean: Tensor, scale: Tensor): void {
  const n = scale.shape.at(-1);
  if (scale.rank < 2 || scale.rank <= mean.rank || n === 1 || scale.shape.at(-2) !== n) return;
  throw new ShapeError(
    `${operation}: the ${word} has shape ${formatShape(scale.shape)}, one axis more than the mean ${formatShape(mean.shape)}: ` +
      'a matrix. σ ⊙ ε is right for a vector σ only; a full root S multiplies as S ε: use MultivariateNormal.fromRoot, ' +
      `.fromScaleTril or .fromCovariance. If you meant a batch of ${String(n)} vectors, broadcast the mean first.`,
  );
}

/** [...batch] of a tensor whose last `eventRank` axes are the event's. */
export function batchOf(x: Tensor, eventRank: number): GraphShape {
  return x.shape.slice(0, Math.max(0, x.rank - eventRank));
}
