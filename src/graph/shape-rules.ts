import { DTypeError, ShapeError, formatShape, isFloat, sameShape } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import { convShapeRules } from './conv-shapes.ts';
import type { OpAttributes, OpName, ReduceAttributes } from './op-table.ts';
import type { Dimension, GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';

/** The shape and element type that an op gives. */
export interface Inferred {
  readonly shape: GraphShape;
  readonly dtype: DType;
}

type ShapeRule<Op extends OpName> = (inputs: readonly Tensor[], attributes: OpAttributes[Op], op: Op) => Inferred;

/** numpy's broadcasting rule; a symbolic dimension broadcasts against itself and 1 only. */
export function broadcastGraphShapes(operation: string, ...shapes: readonly GraphShape[]): Dimension[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<Dimension>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, k) => {
      const axis = rank - shape.length + k;
      if (size === 1 || size === result[axis]) return;
      if (result[axis] !== 1) {
        throw new ShapeError(
          `${operation}: shapes ${shapes.map(formatShape).join(' and ')} do not broadcast together.`,
        );
      }
      result[axis] = size;
    });
  }
  return result;
}

/** The product of the numeric sizes and the sorted symbolic names: equal for shapes with equally many elements. */
function extent(shape: GraphShape): string {
  const numeric = shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1);
  const names = shape.filter((size) => typeof size === 'string').sort();
  return [numeric, ...names].join('·');
}

function operand(op: string, inputs: readonly Tensor[], index: number): Tensor {
  const tensor = inputs[index];
  if (!tensor) throw new ShapeError(`${op}: operand ${index} is missing (${inputs.length} given).`);
  return tensor;
}

function requireDType(op: string, tensor: Tensor, accepted: (dtype: DType) => boolean, wanted: string): void {
  if (!accepted(tensor.dtype)) throw new DTypeError(`${op}: takes ${wanted}, got ${tensor.dtype}.`);
}

const isBool = (dtype: DType): boolean => dtype === 'bool';
const isNumber = (dtype: DType): boolean => dtype !== 'bool';

function requireSameDType(op: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${op}: operands are ${a.dtype} and ${b.dtype}. Convert one with cast().`);
  }
}

const floatUnary = (inputs: readonly Tensor[], _: unknown, op: string): Inferred => {
  const x = operand(op, inputs, 0);
  requireDType(op, x, isFloat, 'floating-point numbers');
  return { shape: x.shape, dtype: x.dtype };
};

const arithmetic = (inputs: readonly Tensor[], _: unknown, op: string): Inferred => {
  const a = operand(op, inputs, 0);
  const b = operand(op, inputs, 1);
  requireSameDType(op, a, b);
  requireDType(op, a, isNumber, 'numbers');
  return { shape: broadcastGraphShapes(op, a.shape, b.shape), dtype: a.dtype };
};

const floatArithmetic = (inputs: readonly Tensor[], attributes: unknown, op: string): Inferred => {
  requireDType(op, operand(op, inputs, 0), isFloat, 'floating-point numbers');
  return arithmetic(inputs, attributes, op);
};

const comparison = (inputs: readonly Tensor[], attributes: unknown, op: string): Inferred => ({
  shape: arithmetic(inputs, attributes, op).shape,
  dtype: 'bool',
});

const logical = (inputs: readonly Tensor[], _: unknown, op: string): Inferred => {
  const a = operand(op, inputs, 0);
  const b = operand(op, inputs, 1);
  for (const x of [a, b]) requireDType(op, x, isBool, 'bool');
  return { shape: broadcastGraphShapes(op, a.shape, b.shape), dtype: 'bool' };
};

const reduction = (inputs: readonly Tensor[], { axes, keepDims }: ReduceAttributes, op: string): Inferred => {
  const x = operand(op, inputs, 0);
  requireDType(op, x, isNumber, 'numbers');
  const reduced = new Set(axes);
  const shape = keepDims
    ? x.shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !reduced.has(axis));
  if (op !== 'sum' && axes.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(`${op}: shape ${formatShape(x.shape)} has no elements along axes ${formatShape(axes)}.`);
  }
  return { shape, dtype: x.dtype };
};

const random = (inputs: readonly Tensor[], attributes: OpAttributes['randomNormal'], op: string): Inferred => {
  const key = operand(op, inputs, 0);
  if (key.dtype !== 'uint32' || !sameShape(key.shape, [2])) {
    throw new ShapeError(`${op}: the key must be uint32 [2], got ${key.dtype} ${formatShape(key.shape)}.`);
  }
  return { shape: attributes.shape, dtype: attributes.dtype };
};

/** What each op's value looks like, given its operands and attributes; throws when they do not fit. */
export const shapeRules: { readonly [Op in OpName]: ShapeRule<Op> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { value }) => ({ shape: value.shape, dtype: value.dtype }),
  dimension: (_, { dtype }) => ({ shape: [], dtype }),

  neg: floatUnary,
  abs: floatUnary,
  sign: floatUnary,
  exp: floatUnary,
  log: floatUnary,
  log1p: floatUnary,
  expm1: floatUnary,
  sqrt: floatUnary,
  sin: floatUnary,
  cos: floatUnary,
  tanh: floatUnary,
  sigmoid: floatUnary,
  softplus: floatUnary,
  relu: floatUnary,
  erf: floatUnary,
  not: (inputs) => {
    const x = operand('not', inputs, 0);
    requireDType('not', x, isBool, 'bool');
    return { shape: x.shape, dtype: 'bool' };
  },
  cast: (inputs, { dtype }) => ({ shape: operand('cast', inputs, 0).shape, dtype }),
  stopGradient: (inputs) => operand('stopGradient', inputs, 0),

  add: arithmetic,
  sub: arithmetic,
  mul: arithmetic,
  div: arithmetic,
  pow: arithmetic,
  maximum: arithmetic,
  minimum: arithmetic,
  equal: comparison,
  less: comparison,
  lessEqual: comparison,
  greater: comparison,
  greaterEqual: comparison,
  and: logical,
  or: logical,
  bernoulliLogProb: floatArithmetic,

  where: (inputs) => {
    const condition = operand('where', inputs, 0);
    const a = operand('where', inputs, 1);
    const b = operand('where', inputs, 2);
    requireDType('where', condition, isBool, 'a bool condition');
    requireSameDType('where', a, b);
    return { shape: broadcastGraphShapes('where', condition.shape, a.shape, b.shape), dtype: a.dtype };
  },

  sum: reduction,
  max: reduction,
  min: reduction,

  reshape: (inputs, { shape }) => {
    const x = operand('reshape', inputs, 0);
    if (extent(x.shape) !== extent(shape)) {
      throw new ShapeError(`reshape: ${formatShape(x.shape)} and ${formatShape(shape)} differ in size.`);
    }
    return { shape, dtype: x.dtype };
  },
  broadcastTo: (inputs, { shape }) => {
    const x = operand('broadcastTo', inputs, 0);
    if (!sameShape(broadcastGraphShapes('broadcastTo', x.shape, shape), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`);
    }
    return { shape, dtype: x.dtype };
  },
  transpose: (inputs, { permutation }) => {
    const x = operand('transpose', inputs, 0);
    const isPermutation = permutation.length === x.rank && new Set(permutation).size === x.rank;
    const shape = permutation.map((axis) => x.shape[axis]);
    if (!isPermutation || shape.some((size) => size === undefined)) {
      throw new ShapeError(
        `transpose: ${formatShape(permutation)} is not an order of the axes of ${formatShape(x.shape)}.`,
      );
    }
    return { shape: shape as Dimension[], dtype: x.dtype };
  },
  slice: (inputs, { starts, shape }) => {
    const x = operand('slice', inputs, 0);
    const fits =
      starts.length === x.rank &&
      shape.length === x.rank &&
      x.shape.every((size, axis) => {
        const start = starts[axis];
        const length = shape[axis];
        if (typeof size === 'string') return start === 0 && length === size;
        return typeof length === 'number' && start !== undefined && start >= 0 && length >= 0 && start + length <= size;
      });
    if (!fits) {
      throw new ShapeError(
        `slice: ${formatShape(shape)} from ${formatShape(starts)} on does not lie within ${formatShape(x.shape)}.`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  pad: (inputs, { before, after }) => {
    const x = operand('pad', inputs, 0);
    const amounts = [...before, ...after];
    if (before.length !== x.rank || after.length !== x.rank || amounts.some((n) => n < 0 || !Number.isInteger(n))) {
      throw new ShapeError(
        `pad: ${formatShape(x.shape)} needs ${x.rank} non-negative amounts before and after, got ${formatShape(before)} and ${formatShape(after)}.`,
      );
    }
    const shape = x.shape.map((size, axis) => {
      const amount = (before[axis] ?? 0) + (after[axis] ?? 0);
      if (amount === 0) return size;
      if (typeof size === 'string')
        throw new ShapeError(`pad: the symbolic axis ${axis} ('${size}') cannot be padded.`);
      return size + amount;
    });
    return { shape, dtype: x.dtype };
  },
  concat: (inputs, { axis }) => {
    const first = operand('concat', inputs, 0);
    let total = 0;
    for (const x of inputs) {
      requireSameDType('concat', first, x);
      const size = x.shape[axis];
      if (x.rank !== first.rank || x.shape.some((other, k) => k !== axis && other !== first.shape[k])) {
        throw new ShapeError(
          `concat: shapes ${inputs.map((input) => formatShape(input.shape)).join(', ')} differ outside axis ${axis}.`,
        );
      }
      if (typeof size !== 'number') throw new ShapeError(`concat: axis ${axis} must have a known size, got '${size}'.`);
      total += size;
    }
    return { shape: first.shape.map((size, k) => (k === axis ? total : size)), dtype: first.dtype };
  },
  gather: (inputs, { axis }) => {
    const x = operand('gather', inputs, 0);
    const indices = operand('gather', inputs, 1);
    requireDType('gather', indices, (dtype) => dtype === 'int32', 'int32 indices');
    if (typeof x.shape[axis] !== 'number') {
      throw new ShapeError(`gather: axis ${axis} of ${formatShape(x.shape)} must exist and have a known size.`);
    }
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype };
  },
  scatterAdd: (inputs, { axis, size }) => {
    const updates = operand('scatterAdd', inputs, 0);
    const indices = operand('scatterAdd', inputs, 1);
    requireDType('scatterAdd', indices, (dtype) => dtype === 'int32', 'int32 indices');
    const tail = axis + indices.rank;
    if (!sameShape(updates.shape.slice(axis, tail), indices.shape)) {
      throw new ShapeError(
        `scatterAdd: updates ${formatShape(updates.shape)} do not hold the indices ${formatShape(indices.shape)} at axis ${axis}.`,
      );
    }
    return { shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(tail)], dtype: updates.dtype };
  },

  matmul: (inputs, { transposeA, transposeB }) => {
    const a = operand('matmul', inputs, 0);
    const b = operand('matmul', inputs, 1);
    requireSameDType('matmul', a, b);
    requireDType('matmul', a, isFloat, 'floating-point numbers');
    const [aRows, aColumns] = matrixSides('matmul', a);
    const [bRows, bColumns] = matrixSides('matmul', b);
    const inner = [transposeA ? aRows : aColumns, transposeB ? bColumns : bRows];
    if (inner[0] !== inner[1]) {
      const mark = (transposed: boolean): string => (transposed ? 'ᵀ' : '');
      throw new ShapeError(
        `matmul: inner sizes differ: ${formatShape(a.shape)}${mark(transposeA)} times ${formatShape(b.shape)}${mark(transposeB)}.`,
      );
    }
    const batch = broadcastGraphShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    return { shape: [...batch, transposeA ? aColumns : aRows, transposeB ? bRows : bColumns], dtype: a.dtype };
  },

  ...convShapeRules,

  randomNormal: random,
  randomUniform: random,

  sqrtmh: squareMatrix,
  cholesky: squareMatrix,
  lyapunov: (inputs) => {
    const s = squareMatrix(inputs, {}, 'lyapunov');
    const c = squareMatrix(inputs.slice(1), {}, 'lyapunov');
    requireSameDType('lyapunov', operand('lyapunov', inputs, 0), operand('lyapunov', inputs, 1));
    if (s.shape.at(-1) !== c.shape.at(-1)) {
      throw new ShapeError(`lyapunov: sizes differ: s is ${formatShape(s.shape)}, c is ${formatShape(c.shape)}.`);
    }
    return { shape: broadcastGraphShapes('lyapunov', s.shape, c.shape), dtype: s.dtype };
  },
  triangularSolve: (inputs) => {
    const t = squareMatrix(inputs, {}, 'triangularSolve');
    const b = operand('triangularSolve', inputs, 1);
    requireSameDType('triangularSolve', operand('triangularSolve', inputs, 0), b);
    const [rows, columns] = matrixSides('triangularSolve', b);
    if (rows !== t.shape.at(-1)) {
      throw new ShapeError(
        `triangularSolve: the matrix ${formatShape(t.shape)} and the right side ${formatShape(b.shape)} differ in rows.`,
      );
    }
    const batch = broadcastGraphShapes('triangularSolve', t.shape.slice(0, -2), b.shape.slice(0, -2));
    return { shape: [...batch, rows, columns], dtype: t.dtype };
  },
};

/** Float matrices whose sides are equal and known. */
function squareMatrix(inputs: readonly Tensor[], _: unknown, op: string): Inferred {
  const x = operand(op, inputs, 0);
  requireDType(op, x, isFloat, 'floating-point numbers');
  const [rows, columns] = matrixSides(op, x);
  if (typeof rows !== 'number' || rows !== columns) {
    throw new ShapeError(`${op}: needs square matrices [..., n, n] of known size, got ${formatShape(x.shape)}.`);
  }
  return { shape: x.shape, dtype: x.dtype };
}

function matrixSides(op: string, x: Tensor): [Dimension, Dimension] {
  const rows = x.shape.at(-2);
  const columns = x.shape.at(-1);
  if (rows === undefined || columns === undefined) {
    throw new ShapeError(`${op}: operands need at least two dimensions, got ${formatShape(x.shape)}.`);
  }
  return [rows, columns];
}
