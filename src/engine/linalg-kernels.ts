import type { NdArray } from '../core/index.ts';
import type { Tensor } from '../graph/index.ts';
import { cholesky, lyapunov, solveTriangular, sqrtmh } from '../linalg/index.ts';

export type LinalgOpName = 'sqrtmh' | 'lyapunov' | 'cholesky' | 'triangularSolve';

/** Computes a matrix op from its operands; the operands' dtype sets the tolerances (linalg/thresholds.ts). */
export type LinalgKernel<Op extends LinalgOpName> = (node: Tensor<Op>, ...operands: [NdArray, NdArray]) => NdArray;

/** The matrix ops that ONNX lacks, for every engine. What src/linalg refuses, they refuse, at run time. */
export const linalgKernels: { readonly [Op in LinalgOpName]: LinalgKernel<Op> } = {
  sqrtmh: (_, covariance) => sqrtmh(covariance),
  lyapunov: (_, s, c) => lyapunov(s, c),
  cholesky: (_, covariance) => cholesky(covariance),
  triangularSolve: ({ attributes: { lower, transpose } }, t, b) => solveTriangular(t, b, { upper: !lower, transpose }),
};
