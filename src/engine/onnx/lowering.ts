import type { GraphShape, OpName, Tensor } from '../../graph/index.ts';
import type { ModelBuilder } from './builder.ts';

/** What a lowering may ask for besides emitting nodes. */
export interface LoweringContext {
  readonly builder: ModelBuilder;
  /** The ONNX value of a tensor that has been lowered: any operand, or what lies below it. */
  readonly valueOf: (tensor: Tensor) => string;
  /** How many nodes and outputs of the graph read the value. */
  readonly useCount: (tensor: Tensor) => number;
  /** The sizes as an int64 vector: an initializer, or computed where a size is symbolic. */
  readonly shapeValue: (shape: GraphShape) => string;
  /** The run-time size of a symbolic dimension as an int64 scalar. */
  readonly dimensionValue: (name: string) => string;
}

/**
 * Emits the ONNX nodes that compute `node` from the ONNX values of its inputs, and returns the name of the result.
 * Nodes that turn out not to be needed cost nothing: they are dropped in the end.
 */
export type Lowering<Op extends OpName> = (
  node: Tensor<Op>,
  inputs: readonly string[],
  context: LoweringContext,
) => string;
