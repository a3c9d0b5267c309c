import { NdArray, ShapeError, formatShape, typedArray } from '../core/index.ts';
import type { FloatDType } from '../core/index.ts';
import { asTensor, asTensors, constant, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { add, mul } from './elementwise.ts';
import { sum } from './reductions.ts';
import { expandDims, matrixTranspose } from './shaping.ts';
import type { Tensor } from './tensor.ts';

/**
 * Σ^{1/2}: the symmetric positive semidefinite S with S S = Σ, [..., n, n] → [..., n, n]. A host op; differentiable to
 * any order where Σ is positive definite, also at repeated eigenvalues. For singular Σ the first derivative is the one on
 * the support, exact along curves of constant rank; higher ones are not.
 *
 * At run time: LinearAlgebraError naming the batch index and the offending entry or eigenvalue for what is not symmetric
 * positive semidefinite, NumericalError for what is not finite.
 */
export function sqrtmh(covariance: TensorLike): Tensor {
  return makeNode('sqrtmh', [asTensor(covariance)], {});
}

/** X with S X + X S = C, S symmetric positive semidefinite, [..., n, n]; batches broadcast. A host op. */
export function lyapunov(s: TensorLike, c: TensorLike): Tensor {
  return makeNode('lyapunov', asTensors('lyapunov', s, c), {});
}

/**
 * The lower triangular L with L Lᵀ = Σ, Σ symmetric positive definite, [..., n, n] → [..., n, n]. A host op.
 *
 * At run time: LinearAlgebraError naming the batch index and the pivot that is not positive; singular Σ has no unique
 * factor (use `sqrtmh`).
 */
export function cholesky(covariance: TensorLike): Tensor {
  return makeNode('cholesky', [asTensor(covariance)], {});
}

/** Which triangle `triangularSolve` reads, and whether it is transposed. */
export interface TriangularSolveOptions {
  /** Whether T is lower triangular; the other triangle is not read. Default: true. */
  readonly lower?: boolean;
  /** Solve Tᵀ X = B instead. Default: false. */
  readonly transpose?: boolean;
}

/** X with T X = B (or Tᵀ X = B), T [..., n, n] triangular, B [..., n, k]; batches broadcast. A host op. */
export function triangularSolve(t: TensorLike, b: TensorLike, options: TriangularSolveOptions = {}): Tensor {
  const attributes = { lower: options.lower ?? true, transpose: options.transpose ?? false };
  return makeNode('triangularSolve', asTensors('triangularSolve', t, b), attributes);
}

/** (A + Aᵀ) / 2 of each matrix. */
export function symmetrize(matrix: TensorLike): Tensor {
  const a = asTensor(matrix);
  return mul(add(a, matrixTranspose(a)), 0.5);
}

/** A constant n × n matrix of the numbers that `entry` gives. */
function pattern(n: number, dtype: FloatDType, entry: (row: number, column: number) => number): Tensor {
  const data = typedArray(dtype, n * n);
  for (let k = 0; k < data.length; k++) data[k] = entry(Math.floor(k / n), k % n);
  return constant(new NdArray(data, [n, n]));
}

/** I, n × n, as a constant. */
export function identityMatrix(n: number, dtype: FloatDType): Tensor {
  return pattern(n, dtype, (row, column) => (row === column ? 1 : 0));
}

function sideOf(operation: string, x: Tensor): number {
  const n = x.shape.at(-1);
  if (typeof n !== 'number')
    throw new ShapeError(`${operation}: needs a known last size, got ${formatShape(x.shape)}.`);
  return n;
}

/** The diagonal of each matrix, [..., n, n] → [..., n]. */
export function diagonalPart(matrix: TensorLike): Tensor {
  const a = asTensor(matrix);
  return sum(mul(a, identityMatrix(sideOf('diagonalPart', a), a.dtype as FloatDType)), -1);
}

/** diag(v): [..., n] → [..., n, n]. */
export function diagonalMatrix(vector: TensorLike): Tensor {
  const v = asTensor(vector);
  return mul(expandDims(v, -1), identityMatrix(sideOf('diagonalMatrix', v), v.dtype as FloatDType));
}

/** The lower (default) or upper triangle, the rest 0; the diagonal times `diagonal` (default 1). */
export function triangle(
  matrix: TensorLike,
  options: { readonly lower?: boolean; readonly diagonal?: number } = {},
): Tensor {
  const a = asTensor(matrix);
  const lower = options.lower ?? true;
  const onDiagonal = options.diagonal ?? 1;
  const keep = pattern(sideOf('triangle', a), a.dtype as FloatDType, (row, column) =>
    row === column ? onDiagonal : row > column === lower ? 1 : 0,
  );
  return mul(a, keep);
}
