import type { LeafOpName, OpName } from '../../graph/index.ts';
import { convKernels } from './conv.ts';
import { elementwiseKernels } from './elementwise.ts';
import { indexingKernels } from './indexing.ts';
import { linalgReferenceKernels } from './linalg.ts';
import { matmulKernels } from './matmul.ts';
import { randomKernels } from './random.ts';
import { reduceKernels } from './reduce.ts';
import { shapingKernels } from './shaping.ts';
import type { Kernel } from './value.ts';

/** One kernel an op; the leaves are the plan's own. */
export const kernels: { readonly [Op in Exclude<OpName, LeafOpName>]: Kernel<Op> } = {
  ...elementwiseKernels,
  ...reduceKernels,
  ...shapingKernels,
  ...indexingKernels,
  ...matmulKernels,
  ...convKernels,
  ...randomKernels,
  ...linalgReferenceKernels,
};
