import { NdArray, typedArray } from '../../core/index.ts';
import type { FloatDType } from '../../core/index.ts';
import { constant, expandDims, matmul, matvec, mul, squeeze, sum } from '../../graph/index.ts';
import type { Tensor } from '../../graph/index.ts';

/** The n × n identity, as a constant. */
export function identity(n: number, dtype: FloatDType): Tensor {
  const data = typedArray(dtype, n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return constant(new NdArray(data, [n, n]));
}

/** The diagonal of [..., n, n] as [..., n]. */
export function diagonalOf(matrix: Tensor, n: number): Tensor {
  return sum(mul(matrix, identity(n, matrix.dtype as FloatDType)), -1);
}

/** diag(v): [..., n] → [..., n, n]. */
export function diagonalMatrix(vector: Tensor, n: number): Tensor {
  return mul(expandDims(vector, -1), identity(n, vector.dtype as FloatDType));
}

/**
 * M x (or Mᵀ x) over the last axis of x. One matrix for many vectors is one product X Mᵀ, a GEMM, instead of a batch of
 * matrix–vector products.
 */
export function applyMatrix(matrix: Tensor, x: Tensor, options: { readonly transpose?: boolean } = {}): Tensor {
  const transpose = options.transpose ?? false;
  if (matrix.rank > 2) return matvec(matrix, x, { transpose });
  const rows = x.rank === 1 ? expandDims(x, 0) : x;
  const product = matmul(rows, matrix, { transposeB: !transpose });
  return x.rank === 1 ? squeeze(product, 0) : product;
}
