import { sameShape } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import { asTensor, asTensors, isLiteral, makeNode } from './build.ts';
import type { TensorLike } from './build.ts';
import { isOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';
import { broadcastGraphShapes } from './shape-rules.ts';
import type { OpName, arithmeticOps, comparisonOps, floatBinaryOps, logicalOps, unaryFloatOps } from './op-table.ts';

type UnaryOp = (typeof unaryFloatOps)[number];
type BinaryOp = (typeof arithmeticOps | typeof comparisonOps | typeof logicalOps | typeof floatBinaryOps)[number];

const unary = (op: UnaryOp) => (x: TensorLike) => makeNode(op, [asTensor(x)], {});

/**
 * Elementwise ops broadcast their operands themselves, so a `broadcastTo` below one is dropped where the other operands
 * give the shape anyway: the gradient of a reduction then costs no copy.
 */
function narrowed(op: OpName, operands: readonly Tensor[]): Tensor[] {
  const shape = broadcastGraphShapes(op, ...operands.map((x) => x.shape));
  const result = [...operands];
  operands.forEach((x, k) => {
    const source = isOp(x, 'broadcastTo') ? x.inputs[0] : undefined;
    if (!source) return;
    const shapes = result.map((other, j) => (j === k ? source.shape : other.shape));
    if (sameShape(broadcastGraphShapes(op, ...shapes), shape)) result[k] = source;
  });
  return result;
}

function binaryNode(op: BinaryOp, a: TensorLike, b: TensorLike): Tensor {
  return makeNode(op, narrowed(op, asTensors(op, a, b)), {});
}

const binary = (op: BinaryOp) => (a: TensorLike, b: TensorLike) => binaryNode(op, a, b);

/** The number of a literal: what a neutral element may be recognised by. */
function literalValue(x: Tensor): number | undefined {
  return isLiteral(x) ? x.attributes.value.data[0] : undefined;
}

/** `x` itself when a neutral operand leaves its shape alone: 1·x, x + 0, x − 0, x / 1. */
function unlessNeutral(op: BinaryOp, neutral: number, a: TensorLike, b: TensorLike, sides: 'both' | 'right'): Tensor {
  const [x, y] = asTensors(op, a, b) as [Tensor, Tensor];
  const shape = broadcastGraphShapes(op, x.shape, y.shape);
  if (literalValue(y) === neutral && sameShape(x.shape, shape)) return x;
  if (sides === 'both' && literalValue(x) === neutral && sameShape(y.shape, shape)) return y;
  return binaryNode(op, x, y);
}

/** a + b, broadcast. */
export const add = (a: TensorLike, b: TensorLike): Tensor => unlessNeutral('add', 0, a, b, 'both');
/** a − b, broadcast. */
export const sub = (a: TensorLike, b: TensorLike): Tensor => unlessNeutral('sub', 0, a, b, 'right');
/** a · b, number by number, broadcast; `matmul` multiplies matrices. */
export const mul = (a: TensorLike, b: TensorLike): Tensor => unlessNeutral('mul', 1, a, b, 'both');
/** a / b, broadcast. */
export const div = (a: TensorLike, b: TensorLike): Tensor => unlessNeutral('div', 1, a, b, 'right');
/** aᵇ. Differentiable in the base everywhere, in the exponent where a > 0 (its gradient is 0 at a = 0). */
export const pow = binary('pow');
/** The larger of a and b, broadcast; NaN where either is. */
export const maximum = binary('maximum');
/** The smaller of a and b, broadcast; NaN where either is. */
export const minimum = binary('minimum');
/** a = b, broadcast: booleans. */
export const equal = binary('equal');
/** a < b, broadcast: booleans. */
export const less = binary('less');
/** a ≤ b, broadcast: booleans. */
export const lessEqual = binary('lessEqual');
/** a > b, broadcast: booleans. */
export const greater = binary('greater');
/** a ≥ b, broadcast: booleans. */
export const greaterEqual = binary('greaterEqual');
/** Both of two booleans, broadcast. */
export const logicalAnd = binary('and');
/** Either of two booleans, broadcast. */
export const logicalOr = binary('or');
/**
 * log p(x) = x·l − log(1 + eˡ) of Bernoulli variables with log-odds l, element by element, in nats: minus the binary
 * cross-entropy. Never the log of a sigmoid, which underflows.
 */
export const bernoulliLogProb = binary('bernoulliLogProb');

/** −x. */
export const neg = (x: TensorLike): Tensor => {
  const tensor = asTensor(x);
  return isOp(tensor, 'neg') && tensor.inputs[0] ? tensor.inputs[0] : makeNode('neg', [tensor], {});
};
/** ∣x∣. Its derivative at 0 is 0. */
export const abs = unary('abs');
/** −1, 0 or 1. Its derivative is 0. */
export const sign = unary('sign');
/** eˣ */
export const exp = unary('exp');
/** The natural logarithm. */
export const log = unary('log');
/** log(1 + x), accurate near 0. */
export const log1p = unary('log1p');
/** eˣ − 1, accurate near 0. */
export const expm1 = unary('expm1');
/** √x, elementwise; of a matrix Σ that is not Σ^{1/2}, which `sqrtmh` gives. */
export const sqrt = unary('sqrt');
/** sin x, x in radians. */
export const sin = unary('sin');
/** cos x, x in radians. */
export const cos = unary('cos');
/** The hyperbolic tangent. */
export const tanh = unary('tanh');
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary('sigmoid');
/** log(1 + eˣ), without overflow. */
export const softplus = unary('softplus');
/** max(x, 0); its derivative at 0 is 0. */
export const relu = unary('relu');
/** 2/√π ∫₀ˣ e^(−t²) dt */
export const erf = unary('erf');

/** Of booleans. */
export const logicalNot = (x: TensorLike): Tensor => makeNode('not', [asTensor(x)], {});

/** x², as a product: exact, and twice differentiable everywhere. */
export const square = (x: TensorLike): Tensor => {
  const tensor = asTensor(x);
  return mul(tensor, tensor);
};

/** The elements of `a` where `condition` holds, else those of `b`; all three broadcast. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors('where', a, b) as [Tensor, Tensor];
  return makeNode('where', narrowed('where', [asTensor(condition, 'bool'), x, y]), {});
}

/** Another element type; `x` itself where it has that type already. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  const tensor = asTensor(x);
  return tensor.dtype === dtype ? tensor : makeNode('cast', [tensor], { dtype });
}

/** The value of `x`, a constant to `grad`. */
export function stopGradient(x: TensorLike): Tensor {
  return makeNode('stopGradient', [asTensor(x)], {});
}
