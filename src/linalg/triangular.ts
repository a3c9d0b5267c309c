import { formatShape, LinearAlgebraError, NdArray, ShapeError, checkOptions, rule } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import { factorize } from './cholesky.ts';
import { commonDType, matrixName, pairBatches, toMatrices, toResult, toSquare } from './matrices.ts';
import type { Matrices } from './matrices.ts';
import { toSymmetric } from './symmetric.ts';

/** Which triangle `solveTriangular` reads, and whether it is transposed. */
export interface SolveTriangularOptions {
  /** T is upper triangular (default: lower). The other triangle is not read. */
  readonly upper?: boolean;
  /** Solve Tᵀ X = B instead. */
  readonly transpose?: boolean;
}

/**
 * X with T X = B (or Tᵀ X = B), T triangular, by substitution.
 *
 * @param t shape [...batch, n, n]
 * @param b shape [...batch, n, m], or [n] for one vector; batch shapes broadcast
 * @returns the shape of b, broadcast
 * @throws ShapeError, NumericalError, LinearAlgebraError (a zero on the diagonal)
 */
export function solveTriangular(
  t: ArrayLikeInput,
  b: ArrayLikeInput,
  options: SolveTriangularOptions = {},
): NdArray<FloatDType> {
  checkOptions('solveTriangular', options, { upper: rule.flag, transpose: rule.flag });
  return solveWith('solveTriangular', t, b, (matrix, n, x, columns) => {
    substitute(matrix, n, x, columns, options);
  });
}

/**
 * X with L Lᵀ X = B, L the Cholesky factor: Σ⁻¹ B without Σ⁻¹.
 *
 * @param l shape [...batch, n, n], lower triangular
 * @param b shape [...batch, n, m], or [n] for one vector; batch shapes broadcast
 * @throws as `solveTriangular`
 */
export function choleskySolve(l: ArrayLikeInput, b: ArrayLikeInput): NdArray<FloatDType> {
  return solveWith('choleskySolve', l, b, (matrix, n, x, columns) => {
    substitute(matrix, n, x, columns, {});
    substitute(matrix, n, x, columns, { transpose: true });
  });
}

/**
 * Σ⁻¹ of symmetric positive definite Σ through Cholesky, symmetric to the bit. To solve a system, `choleskySolve` is
 * cheaper and more exact.
 *
 * @param a Σ, shape [...batch, n, n]
 * @throws as `cholesky`
 */
export function inverse(a: ArrayLikeInput): NdArray<FloatDType> {
  const symmetric = toSymmetric('inverse', a);
  const { rows: n, count, batchShape, dtype } = symmetric;
  const factors = factorize('inverse', symmetric);
  const out = new Float64Array(factors.length);
  const inverted = new Float64Array(n * n);
  for (let i = 0; i < count; i++) {
    inverted.fill(0);
    for (let k = 0; k < n; k++) inverted[k * n + k] = 1;
    substitute(factors.subarray(i * n * n, (i + 1) * n * n), n, inverted, n, {});
    gram(inverted, n, out.subarray(i * n * n, (i + 1) * n * n));
  }
  return toResult('inverse', out, [...batchShape, n, n], dtype);
}

/** out ← mᵀ m for lower triangular m, symmetric to the bit. */
function gram(m: Float64Array, n: number, out: Float64Array): void {
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = m[k * n + i]!;
      for (let j = 0; j <= i; j++) out[i * n + j] = out[i * n + j]! + factor * m[k * n + j]!;
    }
  }
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
}

type Solver = (matrix: Float64Array, n: number, x: Float64Array, columns: number) => void;

function solveWith(operation: string, t: ArrayLikeInput, b: ArrayLikeInput, solve: Solver): NdArray<FloatDType> {
  const triangles = toSquare(operation, t);
  const right = b instanceof NdArray ? b : NdArray.from(b);
  const isVector = right.shape.length === 1;
  const sides = toMatrices(operation, isVector ? right.reshape([right.size, 1]) : right);
  const n = triangles.rows;
  if (sides.rows !== n) {
    throw new ShapeError(
      `${operation}: the matrix is ${formatShape([n, n])}, but the right-hand side ${formatShape(right.shape)} has ${sides.rows} rows.`,
    );
  }
  requireInvertibleDiagonal(operation, triangles);
  const pairs = pairBatches(operation, triangles.batchShape, sides.batchShape);
  const size = n * sides.columns;
  const out = new Float64Array(pairs.count * size);
  for (let i = 0; i < pairs.count; i++) {
    const x = out.subarray(i * size, (i + 1) * size);
    x.set(sides.data.subarray(pairs.b(i) * size, (pairs.b(i) + 1) * size));
    solve(triangles.data.subarray(pairs.a(i) * n * n, (pairs.a(i) + 1) * n * n), n, x, sides.columns);
  }
  const shape = isVector ? [...pairs.batchShape, n] : [...pairs.batchShape, n, sides.columns];
  return toResult(operation, out, shape, commonDType(triangles, sides));
}

function requireInvertibleDiagonal(operation: string, { data, rows: n, count, batchShape }: Matrices): void {
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < n; k++) {
      if (data[i * n * n + k * n + k] !== 0) continue;
      throw new LinearAlgebraError(`${operation}: ${matrixName(batchShape, i)} is singular: diagonal entry ${k} is 0.`);
    }
  }
}

/** x ← T⁻¹ x (or T⁻ᵀ x) for x [n, columns], rows of x eliminated along memory. */
function substitute(
  t: Float64Array,
  n: number,
  x: Float64Array,
  columns: number,
  { upper = false, transpose = false }: SolveTriangularOptions,
): void {
  const backward = upper !== transpose;
  for (let step = 0; step < n; step++) {
    const row = backward ? n - 1 - step : step;
    const own = row * columns;
    for (let done = 0; done < step; done++) {
      const solved = backward ? n - 1 - done : done;
      const factor = transpose ? t[solved * n + row]! : t[row * n + solved]!;
      if (factor === 0) continue;
      for (let c = 0; c < columns; c++) x[own + c] = x[own + c]! - factor * x[solved * columns + c]!;
    }
    const pivot = t[row * n + row]!;
    for (let c = 0; c < columns; c++) x[own + c] = x[own + c]! / pivot;
  }
}
