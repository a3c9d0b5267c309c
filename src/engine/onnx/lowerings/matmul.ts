import type { Tensor } from '../../../graph/index.ts';
import { isOp } from '../../../graph/index.ts';
import type { ModelBuilder } from '../builder.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { convWithBias } from './conv.ts';

/** Two matrices make one Gemm, whose flags transpose without a copy. Batches go through MatMul. */
export const matmul: Lowering<'matmul'> = (node, [a = '', b = ''], { builder }) => {
  const { transposeA, transposeB } = node.attributes;
  const [x, y] = node.inputs;
  if (x?.rank === 2 && y?.rank === 2) return gemm(builder, node, [a, b]);
  const left = transposeA ? swapLastAxes(builder, a, x?.rank ?? 0) : a;
  const right = transposeB ? swapLastAxes(builder, b, y?.rank ?? 0) : b;
  return builder.emit('MatMul', [left, right]);
};

function gemm(builder: ModelBuilder, { attributes }: Tensor<'matmul'>, operands: readonly string[]): string {
  return builder.emit('Gemm', operands, {
    transA: { int: Number(attributes.transposeA) },
    transB: { int: Number(attributes.transposeB) },
  });
}

function swapLastAxes(builder: ModelBuilder, x: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return builder.emit('Transpose', [x], { perm: { ints: [...axes.slice(0, -2), rank - 1, rank - 2] } });
}

/**
 * A sum; a bias added to a product of two matrices or to a convolution that nothing else reads goes into its node, which
 * starts from it instead of zero.
 */
export const add: Lowering<'add'> = (node, inputs, context) => {
  const [a, b] = node.inputs as [Tensor, Tensor];
  return withBias(a, b, context) ?? withBias(b, a, context) ?? context.builder.emit('Add', inputs);
};

function withBias(product: Tensor, bias: Tensor, context: LoweringContext): string | undefined {
  return gemmWithBias(product, bias, context) ?? convWithBias(product, bias, context);
}

function gemmWithBias(product: Tensor, bias: Tensor, context: LoweringContext): string | undefined {
  if (!isOp(product, 'matmul') || product.rank !== 2 || context.useCount(product) !== 1) return undefined;
  if (product.inputs.some((x) => x.rank !== 2)) return undefined;
  const columns = product.shape[1];
  const isRow = bias.shape.at(-1) === columns && bias.shape.slice(0, -1).every((size) => size === 1) && bias.rank <= 2;
  if (!isRow || bias.rank === 0) return undefined;
  return gemm(context.builder, product, [...product.inputs, bias].map(context.valueOf));
}
