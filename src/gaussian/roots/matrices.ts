import { expandDims, matmul, matrixTranspose, matvec, squeeze, triangularSolve } from '../../graph/index.ts';
import type { Tensor, TriangularSolveOptions } from '../../graph/index.ts';

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

/** T⁻¹ x (or T⁻ᵀ x) over the last axis of x. One matrix for a list of vectors is one solve with many right sides. */
export function solveVectors(t: Tensor, x: Tensor, options: TriangularSolveOptions = {}): Tensor {
  if (t.rank === 2 && x.rank === 2) return matrixTranspose(triangularSolve(t, matrixTranspose(x), options));
  return squeeze(triangularSolve(t, expandDims(x, -1), options), -1);
}
