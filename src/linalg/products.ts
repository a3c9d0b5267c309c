import { formatShape, ShapeError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { commonDType, pairBatches, toMatrices, toResult } from './matrices.ts';

/** Sizes of a product [rows, inner] · [inner, columns]. */
export interface ProductSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** out ← a b. */
export function multiplyInto(
  a: Float64Array,
  b: Float64Array,
  { rows, inner, columns }: ProductSizes,
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) addRowTimes(a, i * inner, inner, b, columns, out, i * columns, columns);
}

/** out ← a b for n × n matrices whose product is symmetric: its lower triangle, mirrored. Half the work of `multiplyInto`. */
function symmetricProductInto(a: Float64Array, b: Float64Array, n: number, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < n; i++) addRowTimes(a, i * n, n, b, n, out, i * n, i + 1);
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
}

/**
 * out[to … to + width) += a[at … at + inner) b, b with rows of length `stride`: along memory, four rows of b at a time for
 * a quarter of the traffic to `out`.
 */
function addRowTimes(
  a: Float64Array,
  at: number,
  inner: number,
  b: Float64Array,
  stride: number,
  out: Float64Array,
  to: number,
  width: number,
): void {
  const whole = inner - (inner % 4);
  for (let k = 0; k < whole; k += 4) {
    const w = a[at + k]!;
    const x = a[at + k + 1]!;
    const y = a[at + k + 2]!;
    const z = a[at + k + 3]!;
    let p = k * stride;
    for (let j = to; j < to + width; j++, p++) {
      out[j] = out[j]! + (w * b[p]! + x * b[p + stride]! + (y * b[p + 2 * stride]! + z * b[p + 3 * stride]!));
    }
  }
  for (let k = whole; k < inner; k++) {
    const factor = a[at + k]!;
    let p = k * stride;
    for (let j = to; j < to + width; j++, p++) out[j] = out[j]! + factor * b[p]!;
  }
}

/** out ← aᵀ. */
export function transposeInto(a: Float64Array, rows: number, columns: number, out: Float64Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
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

/** V diag(weights) Vᵀ into `out`, symmetric to the bit. All views of one n × n matrix. */
export function rebuild(vectors: Float64Array, weights: Float64Array, n: number, out: Float64Array): void {
  const weighted = new Float64Array(n * n); // diag(weights) Vᵀ
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) weighted[k * n + i] = vectors[i * n + k]! * weights[k]!;
  symmetricProductInto(vectors, weighted, n, out);
}
