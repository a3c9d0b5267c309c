import { sizeOf } from '../../core/index.ts';
import { broadcastStrides, forEachRow } from './strided.ts';
import type { Data, Kernel, Value } from './value.ts';

/** One product: a is read with strides, b as it lies: [inner, columns], or [columns, inner] when transposed. */
interface Product {
  readonly a: Data;
  readonly b: Data;
  readonly out: Float64Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly innerStep: number;
}

/** out[i, :] += Σₚ a[i, p] b[p, :], four p at a time: each pass over the row of `out` does four multiplications. */
function accumulateRows(product: Product, aStart: number, bStart: number, outStart: number): void {
  const { a, b, out, rows, inner, columns, rowStep, innerStep } = product;
  for (let i = 0; i < rows; i++) {
    const o = outStart + i * columns;
    const row = aStart + i * rowStep;
    let p = 0;
    for (; p + 4 <= inner; p += 4) {
      const a0 = a[row + p * innerStep]!;
      const a1 = a[row + (p + 1) * innerStep]!;
      const a2 = a[row + (p + 2) * innerStep]!;
      const a3 = a[row + (p + 3) * innerStep]!;
      const b0 = bStart + p * columns;
      const b1 = b0 + columns;
      const b2 = b1 + columns;
      const b3 = b2 + columns;
      for (let j = 0; j < columns; j++) {
        out[o + j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
      }
    }
    for (; p < inner; p++) {
      const factor = a[row + p * innerStep]!;
      const b0 = bStart + p * columns;
      for (let j = 0; j < columns; j++) out[o + j]! += factor * b[b0 + j]!;
    }
  }
}

/** out[i, j] = Σₚ a[i, p] b[j, p]. */
function dotRows(product: Product, aStart: number, bStart: number, outStart: number): void {
  const { a, b, out, rows, inner, columns, rowStep, innerStep } = product;
  for (let i = 0; i < rows; i++) {
    const row = aStart + i * rowStep;
    for (let j = 0; j < columns; j++) {
      const column = bStart + j * inner;
      let sum = 0;
      for (let p = 0; p < inner; p++) sum += a[row + p * innerStep]! * b[column + p]!;
      out[outStart + i * columns + j] = sum;
    }
  }
}

const matmul: Kernel<'matmul'> = (operands, node, shape) => {
  const [a, b] = operands as [Value, Value];
  const { transposeA, transposeB } = node.attributes;
  const aColumns = a.shape.at(-1)!;
  const rows = shape.at(-2)!;
  const columns = shape.at(-1)!;
  const inner = transposeA ? a.shape.at(-2)! : aColumns;
  const out = new Float64Array(sizeOf(shape));
  const [rowStep, innerStep] = transposeA ? [1, aColumns] : [aColumns, 1];
  const product: Product = { a: a.data, b: b.data, out, rows, inner, columns, rowStep, innerStep };
  const multiply = transposeB ? dotRows : accumulateRows;
  const batch = shape.slice(0, -2);
  const aStrides = broadcastStrides(a.shape.slice(0, -2), batch);
  const bStrides = broadcastStrides(b.shape.slice(0, -2), batch);
  let index = 0;
  forEachRow(batch, aStrides, bStrides, (i, j, stepI, stepJ, length) => {
    for (let n = 0; n < length; n++, index++) {
      const aStart = (i + n * stepI) * rows * inner;
      const bStart = (j + n * stepJ) * inner * columns;
      multiply(product, aStart, bStart, index * rows * columns);
    }
  });
  return out;
};

export const matmulKernels = { matmul };
