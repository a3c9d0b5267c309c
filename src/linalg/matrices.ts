import {
  broadcastShapes,
  epsilonOf,
  formatShape,
  isFloat,
  NdArray,
  NumericalError,
  ShapeError,
  sizeOf,
  stridesOf,
  typedArrayFrom,
} from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, Shape } from '../core/index.ts';

/** A batch of matrices [...batchShape, rows, columns] as float64, with the element type that results go back to. */
export interface Matrices {
  readonly data: Float64Array<ArrayBuffer>;
  readonly rows: number;
  readonly columns: number;
  readonly batchShape: Shape;
  readonly count: number;
  readonly dtype: FloatDType;
  /** Machine epsilon of `dtype`. */
  readonly epsilon: number;
}

/** Reads one matrix or a batch, copied to float64; integers count as float64. @throws ShapeError, NumericalError */
export function toMatrices(operation: string, input: ArrayLikeInput): Matrices {
  const array = input instanceof NdArray ? input : NdArray.from(input);
  if (array.shape.length < 2) {
    throw new ShapeError(
      `${operation}: expected a matrix or a batch of matrices, got shape ${formatShape(array.shape)}. Give an NdArray with a shape.`,
    );
  }
  const batchShape = array.shape.slice(0, -2);
  const [rows, columns] = array.shape.slice(-2) as [number, number];
  const dtype = isFloat(array.dtype) ? array.dtype : 'float64';
  const data = typedArrayFrom('float64', array.data);
  const matrices = { data, rows, columns, batchShape, count: sizeOf(batchShape), dtype, epsilon: epsilonOf[dtype] };
  requireFinite(operation, matrices);
  return matrices;
}

/** As `toMatrices`, for square matrices only. */
export function toSquare(operation: string, input: ArrayLikeInput): Matrices {
  const matrices = toMatrices(operation, input);
  if (matrices.rows !== matrices.columns) {
    const shape = formatShape([...matrices.batchShape, matrices.rows, matrices.columns]);
    throw new ShapeError(`${operation}: the matrix must be square, got shape ${shape}.`);
  }
  return matrices;
}

/** −1 where all are finite: then x · 0 is 0, in four sums, so that none waits for another. */
function firstNotFinite(values: Float64Array | Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = values.length % 4;
  for (let k = 0; k < i; k++) a += values[k]! * 0;
  for (; i < values.length; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  return a + b + c + d === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

function requireFinite(operation: string, { data, rows, columns, batchShape }: Matrices): void {
  const i = firstNotFinite(data);
  if (i < 0) return;
  const matrix = Math.floor(i / (rows * columns));
  const row = Math.floor(i / columns) % rows;
  throw new NumericalError(
    `${operation}: ${matrixName(batchShape, matrix)} holds ${data[i]!} at (${row}, ${i % columns}). Entries must be finite.`,
  );
}

/** "the matrix", or "matrix [1, 2] of the batch". */
export function matrixName(batchShape: Shape, index: number): string {
  if (batchShape.length === 0) return 'the matrix';
  const at = stridesOf(batchShape).map((stride, axis) => Math.floor(index / stride) % batchShape[axis]!);
  return `matrix ${formatShape(at)} of the batch`;
}

/**
 * Results in the element type of the input: the one way out of this folder, so nothing leaves it as NaN or infinity.
 * @throws NumericalError when a value overflows the element type
 */
export function toResult(
  operation: string,
  data: Float64Array<ArrayBuffer>,
  shape: Shape,
  dtype: FloatDType,
): NdArray<FloatDType> {
  const values = dtype === 'float64' ? data : typedArrayFrom(dtype, data);
  const i = firstNotFinite(values);
  if (i < 0) return new NdArray<FloatDType>(values, shape, dtype);
  throw new NumericalError(
    `${operation}: entry ${i} of the result ${formatShape(shape)} is ${data[i]!}, beyond ${dtype}. Rescale the input.`,
  );
}

/** The element type of a result of two inputs: float32 only when both are. */
export function commonDType(a: Matrices, b: Matrices): FloatDType {
  return a.dtype === 'float32' && b.dtype === 'float32' ? 'float32' : 'float64';
}

/** Pairs the matrices of two batches by numpy's broadcasting of the batch shapes. */
export interface BatchPairs {
  readonly batchShape: Shape;
  readonly count: number;
  readonly a: (pair: number) => number;
  readonly b: (pair: number) => number;
}

export function pairBatches(operation: string, a: Shape, b: Shape): BatchPairs {
  const batchShape = broadcastShapes(operation, a, b);
  const outer = stridesOf(batchShape);
  const locate = (shape: Shape) => {
    const own = stridesOf(shape);
    const lead = batchShape.length - shape.length;
    return (pair: number): number => {
      let index = 0;
      for (let axis = 0; axis < shape.length; axis++) {
        if (shape[axis] === 1) continue;
        index += (Math.floor(pair / outer[axis + lead]!) % shape[axis]!) * own[axis]!;
      }
      return index;
    };
  };
  return { batchShape, count: sizeOf(batchShape), a: locate(a), b: locate(b) };
}

/** ‖a − b‖ / ‖b‖ (Frobenius) of arrays of one shape, computed at the scale of b's largest entry; ∞ beside b = 0, unless a is 0 too. */
export function relativeDistance(a: ArrayLikeInput, b: ArrayLikeInput): number {
  const [x, y] = [NdArray.from(a, 'float64').data, NdArray.from(b, 'float64').data];
  const largest = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return x.every((value) => value === 0) ? 0 : Infinity;
  let [gap, norm] = [0, 0];
  for (const [at, value] of y.entries()) {
    gap += ((x[at]! - value) / largest) ** 2;
    norm += (value / largest) ** 2;
  }
  return Math.sqrt(gap / norm);
}
