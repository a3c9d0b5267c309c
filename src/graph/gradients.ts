import { isFloat } from '../core/index.ts';
import { convVjpRules } from './conv-gradients.ts';
import {
  add,
  cast,
  cos,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  sign,
  sigmoid,
  sin,
  square,
  stopGradient,
  sub,
  where,
} from './elementwise.ts';
import { linalgVjpRules } from './linalg-gradients.ts';
import { matmul } from './matmul.ts';
import type { OpName, ReduceAttributes } from './op-table.ts';
import { sum } from './reductions.ts';
import { broadcastTo, gather, pad, reshape, scatterAdd, slice, transpose } from './shaping.ts';
import type { GraphShape } from './graph-shape.ts';
import type { Tensor } from './tensor.ts';
import { sumTo } from './vjp-rule.ts';
import type { VjpRule } from './vjp-rule.ts';

const constantOp = (): readonly undefined[] => [];

/** ȳ·dy/dx for an elementwise op. */
const unary =
  (derivative: (x: Tensor, y: Tensor) => Tensor): VjpRule<OpName> =>
  ({ g, y }, x) => [mul(g, derivative(x, y))];

/** Where several elements attain the extremum, each gets an equal share, as torch.amax does. */
const extremum: VjpRule<'max' | 'min'> = ({ y, g, attributes }, x) => {
  const kept = keptShape(x.shape, attributes);
  const attained = cast(equal(x, reshape(y, kept)), x.dtype);
  const ties = sum(attained, attributes.axes, { keepDims: true });
  return [mul(attained, div(reshape(g, kept), ties))];
};

function keptShape(shape: GraphShape, { axes }: ReduceAttributes): GraphShape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** The larger (smaller) operand gets the cotangent; half each on a tie. */
const select =
  (firstWins: (a: Tensor, b: Tensor) => Tensor): VjpRule<'maximum' | 'minimum'> =>
  ({ g }, a, b) => {
    const share = (wins: Tensor): Tensor => where(equal(a, b), mul(g, 0.5), where(wins, g, 0));
    return [sumTo(share(firstWins(a, b)), a.shape), sumTo(share(firstWins(b, a)), b.shape)];
  };

/**
 * One rule an op: how ∂loss/∂y becomes ∂loss/∂x. Every rule is made of graph ops, so gradients can be differentiated
 * again. Where a derivative does not exist the value taken is said.
 */
export const vjpRules: { readonly [Op in OpName]: VjpRule<Op> } = {
  input: constantOp,
  constant: constantOp,
  dimension: constantOp,

  neg: ({ g }) => [neg(g)],
  // At 0: 0.
  abs: unary((x) => sign(x)),
  sign: constantOp,
  exp: unary((_, y) => y),
  log: ({ g }, x) => [div(g, x)],
  log1p: ({ g }, x) => [div(g, add(x, 1))],
  expm1: unary((x) => exp(x)),
  sqrt: ({ g, y }) => [div(mul(g, 0.5), y)],
  sin: unary((x) => cos(x)),
  cos: unary((x) => neg(sin(x))),
  tanh: unary((_, y) => sub(1, square(y))),
  sigmoid: unary((_, y) => mul(y, sub(1, y))),
  softplus: unary((x) => sigmoid(x)),
  // At 0: 0.
  relu: unary((x) => cast(greater(x, 0), x.dtype)),
  // d erf = 2/√π e^(−x²)
  erf: unary((x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
  not: constantOp,
  cast: ({ g }, x) => [isFloat(x.dtype) ? cast(g, x.dtype) : undefined],
  stopGradient: constantOp,

  add: ({ g }, a, b) => [sumTo(g, a.shape), sumTo(g, b.shape)],
  sub: ({ g }, a, b) => [sumTo(g, a.shape), sumTo(neg(g), b.shape)],
  mul: ({ g }, a, b) => [sumTo(mul(g, b), a.shape), sumTo(mul(g, a), b.shape)],
  // d(a/b) = da/b − (a/b) db/b
  div: ({ g, y }, a, b) => [sumTo(div(g, b), a.shape), sumTo(neg(div(mul(g, y), b)), b.shape)],
  // d(aᵇ) = b aᵇ⁻¹ da + aᵇ log a db. b = 0 gives da's factor 0 at any a; a ≤ 0 gives db's factor 0.
  pow: ({ g, y }, a, b) => {
    const exponentIsZero = equal(b, 0);
    const slope = mul(b, pow(a, where(exponentIsZero, 1, sub(b, 1))));
    const logBase = log(where(greater(a, 0), a, 1));
    return [sumTo(mul(g, slope), a.shape), sumTo(mul(g, mul(y, logBase)), b.shape)];
  },
  maximum: select(greater),
  minimum: select(less),
  equal: constantOp,
  less: constantOp,
  lessEqual: constantOp,
  greater: constantOp,
  greaterEqual: constantOp,
  and: constantOp,
  or: constantOp,
  bernoulliLogProb: ({ g }, x, logits) => [
    sumTo(mul(g, logits), x.shape),
    sumTo(mul(g, sub(x, sigmoid(logits))), logits.shape),
  ],

  where: ({ g }, condition, a, b) => [
    undefined,
    sumTo(where(condition, g, 0), a.shape),
    sumTo(where(condition, 0, g), b.shape),
  ],

  sum: ({ g, attributes }, x) => [broadcastTo(reshape(g, keptShape(x.shape, attributes)), x.shape)],
  max: extremum,
  min: extremum,

  reshape: ({ g }, x) => [reshape(g, x.shape)],
  broadcastTo: ({ g }, x) => [sumTo(g, x.shape)],
  transpose: ({ g, attributes }) => {
    const inverse = attributes.permutation.map((_, axis) => attributes.permutation.indexOf(axis));
    return [transpose(g, inverse)];
  },
  slice: ({ g, attributes }, x) => {
    const after = x.shape.map((size, axis) => {
      const length = attributes.shape[axis];
      return typeof size === 'number' && typeof length === 'number'
        ? size - length - (attributes.starts[axis] ?? 0)
        : 0;
    });
    return [pad(g, attributes.starts, after)];
  },
  pad: ({ g, attributes }, x) => {
    const ranges = x.shape.flatMap((size, axis): [number, [number, number]][] => {
      const start = attributes.before[axis] ?? 0;
      return typeof size === 'number' ? [[axis, [start, start + size]]] : [];
    });
    return [slice(g, Object.fromEntries(ranges))];
  },
  concat: ({ g, attributes: { axis } }, ...operands) => {
    let start = 0;
    return operands.map((x) => {
      const size = x.shape[axis] as number;
      const part = slice(g, { [axis]: [start, start + size] });
      start += size;
      return part;
    });
  },
  gather: ({ g, attributes: { axis } }, x, indices) => [
    scatterAdd(g, stopGradient(indices), axis, x.shape[axis] as number),
    undefined,
  ],
  scatterAdd: ({ g, attributes: { axis } }, _, indices) => [gather(g, indices, axis), undefined],

  // C = op(A) op(B): dA = dC op(B)ᵀ and dB = op(A)ᵀ dC, transposed where the operand was.
  matmul: ({ g, attributes: { transposeA, transposeB } }, a, b) => {
    const da = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB });
    const db = transposeB
      ? matmul(g, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g, { transposeA: !transposeA });
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  },

  randomNormal: constantOp,
  randomUniform: constantOp,

  ...convVjpRules,
  ...linalgVjpRules,
};
