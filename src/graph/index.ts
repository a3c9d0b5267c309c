export { Tensor, isOp, withScope } from './tensor.ts';
export type { Dimension, GraphShape } from './graph-shape.ts';
export * from './op-table.ts';
export {
  asTensor,
  asTensors,
  constant,
  dimension,
  inferNode,
  input,
  makeNode,
  ownDType,
  plainDType,
  withPlainDType,
} from './build.ts';
export type { TensorLike } from './build.ts';
export { broadcastGraphShapes } from './shape-rules.ts';
export type { Inferred } from './shape-rules.ts';
export * from './elementwise.ts';
export { erfRatios } from './erf-ratios.ts';
export * from './activations.ts';
export * from './reductions.ts';
export * from './shaping.ts';
export * from './matmul.ts';
export * from './conv.ts';
export { convAxis, convOutputSize, convRemainder } from './conv-shapes.ts';
export type { ConvAxis } from './conv-shapes.ts';
export * from './linalg.ts';
export { reflect } from './householder.ts';
export * from './newton-schulz.ts';
export { GraphKey, asGraphKey, keyInput, keyWords, randomNormal, randomUniform } from './random.ts';
export { grad, vjp } from './grad.ts';
export { sumTo } from './vjp-rule.ts';
export { batchAxes } from './batch-axis.ts';
export type { BatchAxis } from './batch-axis.ts';
export { sliceBatch } from './batch-slice.ts';
export { multiplications } from './cost.ts';
export { packGraph, unpackGraph } from './transfer.ts';
export type { PackedGraph } from './transfer.ts';
export { topologicalOrder } from './traverse.ts';
export { describe, verifyGraph } from './verify.ts';
