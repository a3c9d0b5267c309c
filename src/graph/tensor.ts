import type { DType } from '../core/index.ts';
import type { GraphShape } from './graph-shape.ts';
import type { OpAttributes, OpName } from './op-table.ts';

let nextId = 0;
const scopes: string[] = [];

/**
 * A lazy expression: an op over other expressions, with the shape and element type of its value. Nothing is computed
 * until an engine runs it. Immutable; build it with the functions of this folder, never by hand.
 */
export class Tensor<Op extends OpName = OpName> {
  /** Unique, increasing with creation: inputs always have smaller ids. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[Op];
  readonly shape: GraphShape;
  readonly dtype: DType;
  /** Where in the model the expression was built (`encoder.0`), for messages; see `withScope`. */
  readonly scope: string;

  constructor(op: Op, inputs: readonly Tensor[], attributes: OpAttributes[Op], shape: GraphShape, dtype: DType) {
    this.id = nextId++;
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    this.scope = scopes.join('.');
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** Narrows a tensor to one op, and with it the type of its attributes. */
export function isOp<Op extends OpName>(tensor: Tensor, op: Op): tensor is Tensor<Op> {
  return tensor.op === op;
}

/** Runs `build` with `name` appended to the scope that new expressions record. */
export function withScope<T>(name: string, build: () => T): T {
  scopes.push(name);
  try {
    return build();
  } finally {
    scopes.pop();
  }
}
