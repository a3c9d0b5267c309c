import { isOp } from './tensor.ts';
import type { Dimension } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './traverse.ts';

/**
 * How many multiplications the matrix products and convolutions that the outputs need take: nearly all of a network's
 * work. A symbolic size counts as 1.
 */
export function multiplications(outputs: Iterable<Tensor>): number {
  return topologicalOrder(outputs).reduce((total, node) => total + multiplicationsOf(node), 0);
}

function multiplicationsOf(node: Tensor): number {
  const [a, b] = node.inputs;
  if (!a || !b) return 0;
  if (isOp(node, 'matmul')) return sizeOf(node.shape) * known(a.shape.at(node.attributes.transposeA ? -2 : -1));
  // Each number of the features meets the kernel's window once: [M, C, kH, kW] without M.
  if (isOp(node, 'conv2d')) return sizeOf(node.shape) * sizeOf(b.shape.slice(1));
  if (isOp(node, 'convTranspose2d')) return sizeOf(a.shape) * sizeOf(b.shape.slice(1));
  if (isOp(node, 'conv2dWeightGradient')) return sizeOf(b.shape) * sizeOf(node.shape.slice(1));
  return 0;
}

function sizeOf(shape: readonly Dimension[]): number {
  return shape.reduce<number>((product, size) => product * known(size), 1);
}

function known(size: Dimension | undefined): number {
  return typeof size === 'number' ? size : 1;
}
