import type { NdArray } from '../core/index.ts';
import type { HostOpName, RandomAttributes, Tensor } from '../graph/index.ts';
import { fillNormal, fillUniform, foldIn } from '../random/index.ts';
import type { FloatView, Key } from '../random/index.ts';
import { linalgKernels } from './linalg-kernels.ts';
import type { LinalgKernel, LinalgOpName } from './linalg-kernels.ts';

/** Computes a host op's value into `out`, an array of the result's shape and dtype with arbitrary contents. */
export type HostKernel<Op extends HostOpName> = (node: Tensor<Op>, inputs: readonly NdArray[], out: NdArray) => void;

/** The ops that run between ONNX sessions. */
export const hostKernels: { readonly [Op in HostOpName]: HostKernel<Op> } = {
  randomNormal: (node, inputs, out) => {
    fillNormal(drawKey(node.attributes, inputs), out.data as FloatView, node.attributes.start);
  },
  randomUniform: (node, inputs, out) => {
    fillUniform(drawKey(node.attributes, inputs), out.data as FloatView, node.attributes.start);
  },
  sqrtmh: fillWith<'sqrtmh'>(linalgKernels.sqrtmh),
  lyapunov: fillWith<'lyapunov'>(linalgKernels.lyapunov),
  cholesky: fillWith<'cholesky'>(linalgKernels.cholesky),
  triangularSolve: fillWith<'triangularSolve'>(linalgKernels.triangularSolve),
};

function fillWith<Op extends LinalgOpName>(kernel: LinalgKernel<Op>): HostKernel<Op> {
  return (node, inputs, out) => {
    out.data.set(kernel(node, ...(inputs as [NdArray, NdArray])).data);
  };
}

function drawKey({ path }: RandomAttributes, inputs: readonly NdArray[]): Key {
  const [high, low] = inputs[0]!.data;
  return path.reduce<Key>(foldIn, { high: high!, low: low! });
}
