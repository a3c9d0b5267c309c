export { Tensor, isOp, withScope } from './tensor.ts';
export type { Dimension, GraphShape } from './tensor.ts';
export * from './op-table.ts';
export { asTensor, asTensors, constant, dimension, inferNode, input, makeNode } from './build.ts';
export type { TensorLike } from './build.ts';
export { broadcastGraphShapes } from './shape-rules.ts';
export { topologicalOrder } from './traverse.ts';
export { GraphKey, asGraphKey, keyInput, keyWords, randomNormal, randomUniform } from './random.ts';
