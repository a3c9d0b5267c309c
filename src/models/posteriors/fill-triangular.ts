import { NdArray } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { constant, matmul, reshape } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';

/** How many entries lie strictly below the diagonal of an n × n matrix. */
export function strictlyLowerSize(n: number): number {
  return (n * (n - 1)) / 2;
}

/**
 * Vectors [..., n(n−1)/2] as strictly lower triangular matrices [..., n, n], filled row by row. A product with a
 * constant 0/1 matrix: its transpose, which the gradient needs, is then one more GEMM instead of a scatter.
 */
export function fillStrictlyLower(entries: Tensor, n: number): Tensor {
  const placement = constant(placementMatrix(n, entries.dtype as FloatDType));
  return reshape(matmul(entries, placement), [...entries.shape.slice(0, -1), n, n]);
}

function placementMatrix(n: number, dtype: FloatDType): NdArray {
  const matrix = NdArray.zeros([strictlyLowerSize(n), n * n], dtype);
  let entry = 0;
  for (let row = 1; row < n; row++) {
    for (let column = 0; column < row; column++) {
      matrix.data[entry * n * n + row * n + column] = 1;
      entry++;
    }
  }
  return matrix;
}
