import { DTypeError, NdArray, dtypeOf } from '../core/index.ts';
import type { ArrayLikeInput, DType, FloatDType } from '../core/index.ts';
import type { OpAttributes, OpName } from './op-table.ts';
import { shapeRules } from './shape-rules.ts';
import type { Inferred } from './shape-rules.ts';
import { Tensor } from './tensor.ts';
import type { GraphShape } from './graph-shape.ts';

/** What graph functions take where a tensor is meant; numbers and arrays become constants. */
export type TensorLike = Tensor | ArrayLikeInput;

/** The one place where expressions are made: infers shape and dtype, and so checks the operands. */
export function makeNode<Op extends OpName>(
  op: Op,
  inputs: readonly Tensor[],
  attributes: OpAttributes[Op],
): Tensor<Op> {
  const { shape, dtype } = inferNode(op, inputs, attributes);
  return new Tensor(op, inputs, attributes, shape, dtype);
}

/** The shape and dtype that the op's rule gives. */
export function inferNode<Op extends OpName>(
  op: Op,
  inputs: readonly Tensor[],
  attributes: OpAttributes[Op],
): Inferred {
  return shapeRules[op](inputs, attributes, op);
}

/** A value to be fed at run time. A size given by name is read off what is fed. */
export function input(name: string, shape: GraphShape, dtype: DType = 'float32'): Tensor<'input'> {
  return makeNode('input', [], { name, shape, dtype });
}

/** What numbers and nested arrays are where nothing beside them has a type: float64, or inside a model its type. */
export let plainDType: FloatDType = 'float64';

/**
 * Runs `build` with numbers and nested arrays of `dtype` where nothing beside them has a type, and float64 otherwise: in a part
 * of a model, `Laplace.fromScale([0, 0], 1)` is of the model's type.
 */
export function withPlainDType<T>(dtype: FloatDType, build: () => T): T {
  const before = plainDType;
  plainDType = dtype;
  try {
    return build();
  } finally {
    plainDType = before;
  }
}

/**
 * A value fixed in the graph: a number, nested arrays, a typed array or an NdArray. Default dtype: the array's own, else float64, or
 * inside a model its type.
 */
export function constant(value: ArrayLikeInput, dtype?: DType): Tensor<'constant'> {
  return makeNode('constant', [], { value: NdArray.from<DType>(value, dtype ?? ownDType(value)[0] ?? plainDType) });
}

const literals = new WeakSet<Tensor>();

/**
 * A number of a formula. Nobody differentiates with respect to it, so expressions may simplify it away (1·x is x),
 * which they must not do with a `constant` that the caller holds.
 */
export function literal(value: number, dtype: DType): Tensor<'constant'> {
  const tensor = constant(value, dtype);
  literals.add(tensor);
  return tensor;
}

export function isLiteral(tensor: Tensor): tensor is Tensor<'constant'> {
  return literals.has(tensor);
}

/** The run-time size of a symbolic dimension, as a float scalar. */
export function dimension(name: string, dtype: 'float32' | 'float64'): Tensor<'dimension'> {
  return makeNode('dimension', [], { name, dtype });
}

/** A tensor as it is; numbers and arrays as a constant. @param dtype of numbers and nested arrays; default: the array's, or float32 */
export function asTensor(value: TensorLike, dtype?: DType): Tensor {
  if (value instanceof Tensor) return value;
  return typeof value === 'number' ? literal(value, dtype ?? plainDType) : constant(value, dtype);
}

/**
 * Operands as tensors. Numbers and nested arrays are weakly typed, as in JAX: they take the dtype of the tensors (or
 * typed arrays) beside them; where there are none float64, or inside a model its type.
 */
export function asTensors(operation: string, ...values: readonly TensorLike[]): Tensor[] {
  const dtypes = new Set(values.flatMap(ownDType));
  if (dtypes.size > 1) {
    throw new DTypeError(`${operation}: operands are ${[...dtypes].join(' and ')}. Convert one with cast().`);
  }
  const [dtype = plainDType] = dtypes;
  return values.map((value) => asTensor(value, dtype));
}

/** That of tensors and typed arrays; numbers and nested arrays have none. */
export function ownDType(value: TensorLike): DType[] {
  if (value instanceof Tensor || value instanceof NdArray) return [value.dtype];
  return ArrayBuffer.isView(value) ? [dtypeOf(value)] : [];
}
