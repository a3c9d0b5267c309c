import { formatShape, ShapeError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { commonDType, pairBatches, toMatrices, toResult } from './matrices.ts';

export interface ProductSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** out ← a b, row by row along memory. */
export function multiplyInto(
  a: Float64Array,
  b: Float64Array,
  { rows, inner, columns }: ProductSizes,
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      for (let j = 0, from = k * columns, to = i * columns; j < columns; j++, from++, to++) {
        out[to] = out[to]! + factor * b[from]!;
      }
    }
  }
}

/** out ← aᵀ. */
export function transposeInto(a: Float64Array, rows: number, columns: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
}

/** out ← u m uᵀ for symmetric m, symmetric to the bit; `out` may be `m`. */
export function congruenceInto(
  u: Float64Array,
  m: Float64Array,
  n: number,
  scratch: Float64Array,
  out: Float64Array,
): void {
  multiplyInto(u, m, { rows: n, inner: n, columns: n }, scratch);
  dotRowsInto(scratch, u, n, out);
}

/** out ← a bᵀ where that is symmetric (b = a, b = a M with M symmetric): the lower triangle, mirrored. */
export function dotRowsInto(a: Float64Array, b: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0, x = i * n, y = j * n; k < n; k++, x++, y++) sum += a[x]! * b[y]!;
      out[i * n + j] = out[j * n + i] = sum;
    }
  }
}

/**
 * A B for matrices or batches, summed in float64.
 *
 * @param a shape [...batch, m, k]
 * @param b shape [...batch, k, n]; batch shapes broadcast
 * @returns shape [...batch, m, n]; float32 when both are
 * @throws ShapeError, NumericalError (NaN, infinity in; overflow out)
 */
export function matmul(a: ArrayLikeInput, b: ArrayLikeInput): NdArray<FloatDType> {
  const left = toMatrices('matmul', a);
  const right = toMatrices('matmul', b);
  if (left.columns !== right.rows) {
    throw new ShapeError(
      `matmul: inner sizes differ: ${formatShape([left.rows, left.columns])} times ${formatShape([right.rows, right.columns])}.`,
    );
  }
  const pairs = pairBatches('matmul', left.batchShape, right.batchShape);
  const sizes = { rows: left.rows, inner: left.columns, columns: right.columns };
  const [leftSize, rightSize, size] = [
    sizes.rows * sizes.inner,
    sizes.inner * sizes.columns,
    sizes.rows * sizes.columns,
  ];
  const out = new Float64Array(pairs.count * size);
  for (let i = 0; i < pairs.count; i++) {
    const x = left.data.subarray(pairs.a(i) * leftSize, (pairs.a(i) + 1) * leftSize);
    const y = right.data.subarray(pairs.b(i) * rightSize, (pairs.b(i) + 1) * rightSize);
    multiplyInto(x, y, sizes, out.subarray(i * size, (i + 1) * size));
  }
  return toResult('matmul', out, [...pairs.batchShape, sizes.rows, sizes.columns], commonDType(left, right));
}

/** Swaps the last two axes: shape [...batch, m, n] → [...batch, n, m], copied. */
export function transpose(a: ArrayLikeInput): NdArray<FloatDType> {
  const { data, rows, columns, count, batchShape, dtype } = toMatrices('transpose', a);
  const out = new Float64Array(data.length);
  const size = rows * columns;
  for (let i = 0; i < count; i++) {
    transposeInto(data.subarray(i * size, (i + 1) * size), rows, columns, out.subarray(i * size, (i + 1) * size));
  }
  return toResult('transpose', out, [...batchShape, columns, rows], dtype);
}
