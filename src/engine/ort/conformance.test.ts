import type { DType } from '../../core/index.ts';
import type { OpName } from '../../graph/index.ts';
import { ortBuilds, testEngine } from '../../testing/engine/index.ts';
import { supports } from '../onnx/index.ts';
import { createOrtEngine } from './index.ts';

/** Where ONNX Runtime's kernels are less exact than the suite asks, in units of ε. */
function errors(op: OpName, dtype: DType) {
  // The double kernels reduce their argument to some 1e-16 absolute: relative accuracy ends near the zeros.
  if ((op === 'sin' || op === 'cos') && dtype === 'float64') return { relative: 4, absolute: 1 };
  // The Tanh kernel that expm1 is made of drops digits of subnormal numbers.
  if (op === 'expm1' && dtype === 'float32') return { relative: 4, absolute: 2 ** -100 };
  // The cases scale and shift the draws: float32 rounds twice where the reference rounds once.
  if ((op === 'randomNormal' || op === 'randomUniform') && dtype === 'float32') return { relative: 2, absolute: 1 };
  return undefined;
}

// Whatever ONNX Runtime runs, and refuses, is measured here: the support table is true on both builds.
for (const { label, name, access } of ortBuilds) {
  testEngine(label, () => createOrtEngine(name, { threads: 1, access }), {
    supports: (op, dtype) => supports(op, dtype, name),
    errors,
  });
}
