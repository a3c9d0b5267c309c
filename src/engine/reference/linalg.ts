import { NdArray, typedArrayFrom } from '../../core/index.ts';
import { linalgKernels } from '../linalg-kernels.ts';
import type { LinalgKernel, LinalgOpName } from '../linalg-kernels.ts';
import { valueOf } from './value.ts';
import type { Kernel } from './value.ts';

/** Matrix ops see operands in their declared dtype, whose rounding sets what counts as symmetric or singular. */
const host =
  <Op extends LinalgOpName>(kernel: LinalgKernel<Op>): Kernel<Op> =>
  (operands, node) => {
    const arrays = operands.map(
      ({ data, shape }, k) => new NdArray(typedArrayFrom(node.inputs[k]!.dtype, data), shape),
    ) as [NdArray, NdArray];
    return valueOf(kernel(node, ...arrays)).data;
  };

export const linalgReferenceKernels = {
  sqrtmh: host<'sqrtmh'>(linalgKernels.sqrtmh),
  lyapunov: host<'lyapunov'>(linalgKernels.lyapunov),
  cholesky: host<'cholesky'>(linalgKernels.cholesky),
  triangularSolve: host<'triangularSolve'>(linalgKernels.triangularSolve),
};
