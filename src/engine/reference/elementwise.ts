import { isFloat } from '../../core/index.ts';
import type { arithmeticOps, comparisonOps, floatBinaryOps, logicalOps, unaryFloatOps } from '../../graph/index.ts';
import { bernoulliLogProb, erf, integerPower, power, relu, sigmoid, softplus } from './special.ts';
import { broadcastStrides, forEachRow } from './strided.ts';
import { allocate } from './value.ts';
import type { Data, Kernel, Value } from './value.ts';

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

const unary =
  (f: Unary): Kernel<(typeof unaryFloatOps)[number]> =>
  (operands) => {
    const x = operands[0]!.data;
    const out = new Float64Array(x.length);
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]!);
    return out;
  };

/** Applies `f` over the broadcast of two operands into `out`, which has the broadcast's shape. */
function broadcast(f: Binary, a: Value, b: Value, out: Data, shape: readonly number[]): Data {
  const x = a.data;
  const y = b.data;
  const length = out.length;
  if (x.length === length && y.length === length) {
    for (let i = 0; i < length; i++) out[i] = f(x[i]!, y[i]!);
  } else if (y.length === 1) {
    const scalar = y[0]!;
    for (let i = 0; i < length; i++) out[i] = f(x[i]!, scalar);
  } else if (x.length === 1) {
    const scalar = x[0]!;
    for (let i = 0; i < length; i++) out[i] = f(scalar, y[i]!);
  } else {
    let k = 0;
    forEachRow(shape, broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape), (i, j, di, dj, count) => {
      for (let n = 0; n < count; n++) {
        out[k++] = f(x[i]!, y[j]!);
        i += di;
        j += dj;
      }
    });
  }
  return out;
}

/** Float and integer versions of an arithmetic op. Integer results wrap when they are stored. */
const arithmetic =
  (float: Binary, integer: Binary = float): Kernel<(typeof arithmeticOps | typeof floatBinaryOps)[number]> =>
  (operands, node, shape) => {
    const [a, b] = operands as [Value, Value];
    const out = allocate(node.dtype, sizeFor(shape));
    return broadcast(isFloat(node.dtype) ? float : integer, a, b, out, shape);
  };

const predicate =
  (f: (a: number, b: number) => boolean): Kernel<(typeof comparisonOps)[number] | (typeof logicalOps)[number]> =>
  (operands, _, shape) => {
    const [a, b] = operands as [Value, Value];
    return broadcast((x, y) => (f(x, y) ? 1 : 0), a, b, new Uint8Array(sizeFor(shape)), shape);
  };

function sizeFor(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

const where: Kernel<'where'> = (operands, node, shape) => {
  const [condition, a, b] = operands as [Value, Value, Value];
  const out = allocate(node.dtype, sizeFor(shape));
  // Two passes: every place takes its a, then the places where the condition is false take their b.
  broadcast((_, x) => x, condition, a, out, shape);
  let k = 0;
  const choice = condition.data;
  const other = b.data;
  forEachRow(
    shape,
    broadcastStrides(condition.shape, shape),
    broadcastStrides(b.shape, shape),
    (i, j, di, dj, count) => {
      for (let n = 0; n < count; n++, k++) {
        if (choice[i] === 0) out[k] = other[j]!;
        i += di;
        j += dj;
      }
    },
  );
  return out;
};

/** Towards zero into integers (wrapping), x ≠ 0 into bool; a float stays as it is, its rounding to float32 comes last. */
const cast: Kernel<'cast'> = (operands, node) => {
  const x = operands[0]!.data;
  const out = allocate(node.dtype, x.length);
  if (out.constructor === x.constructor) return x;
  if (node.dtype !== 'bool') out.set(x);
  else for (let i = 0; i < x.length; i++) out[i] = x[i] !== 0 ? 1 : 0;
  return out;
};

const not: Kernel<'not'> = (operands) => operands[0]!.data.map((x) => (x === 0 ? 1 : 0));

/** The quotient towards zero; by zero it is 0 here, and undefined on other engines. */
const integerDivide: Binary = (a, b) => (b === 0 ? 0 : Math.trunc(a / b));

/** NaN in any operand of maximum, minimum and relu gives NaN, as in numpy. Comparisons with NaN are false. */
export const elementwiseKernels = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  exp: unary(Math.exp),
  log: unary(Math.log),
  log1p: unary(Math.log1p),
  expm1: unary(Math.expm1),
  sqrt: unary(Math.sqrt),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  relu: unary(relu),
  erf: unary(erf),
  not,
  cast,
  stopGradient: ((operands) => operands[0]!.data) satisfies Kernel<'stopGradient'>,

  add: arithmetic((a, b) => a + b),
  sub: arithmetic((a, b) => a - b),
  mul: arithmetic((a, b) => a * b, Math.imul),
  div: arithmetic((a, b) => a / b, integerDivide),
  pow: arithmetic(power, integerPower),
  maximum: arithmetic((a, b) => Math.max(a, b)),
  minimum: arithmetic((a, b) => Math.min(a, b)),
  equal: predicate((a, b) => a === b),
  less: predicate((a, b) => a < b),
  lessEqual: predicate((a, b) => a <= b),
  greater: predicate((a, b) => a > b),
  greaterEqual: predicate((a, b) => a >= b),
  and: predicate((a, b) => a !== 0 && b !== 0),
  or: predicate((a, b) => a !== 0 || b !== 0),
  bernoulliLogProb: arithmetic(bernoulliLogProb),

  where,
};
