import { sameShape } from '../../../core/index.ts';
import type { FloatDType } from '../../../core/index.ts';
import { isOp } from '../../../graph/index.ts';
import type { Tensor } from '../../../graph/index.ts';
import { formula, formulaOps } from '../formula.ts';
import type { FormulaOps } from '../formula.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

// Elementwise functions that ONNX lacks, or whose ONNX Runtime kernels are slow or wrong somewhere.

/** What rounding u = 1 + x lost of log(1 + x), to first order: log(1 + x) = log u + (x − (u − 1)) / u. */
function lostDigits(x: string, u: string, { sub, div }: FormulaOps): string {
  return div(sub(x, sub(u, 1)), u);
}

/**
 * log(1 + x) = log u + (x − (u − 1)) / u, so that tiny x keep all their digits. The second term is taken at x clipped
 * to [−½, 2³⁰]: below, 1 + x is exact; above, it is nothing; and −1 and ∞ cannot turn it into 0/0 or ∞ − ∞.
 */
export const log1p = formula((x, ops) => {
  const clipped = ops.apply('Clip', x, -0.5, 2 ** 30);
  return ops.add(ops.apply('Log', ops.add(x, 1)), lostDigits(clipped, ops.add(clipped, 1), ops));
});

/** eˣ − 1 = tanh(x/2) (eˣ + 1): no cancellation, and right at ±∞. */
export const expm1 = formula((x, { apply, mul, add }) => mul(apply('Tanh', mul(x, 0.5)), add(apply('Exp', x), 1)));

/**
 * 1 / (1 + e⁻ˣ). The Sigmoid kernel gives 0 from −18 down in float32; this keeps its relative accuracy until e⁻ˣ
 * overflows, where the true value is below the smallest normal number.
 */
export const sigmoid = formula((x, { apply, add }) => apply('Reciprocal', add(apply('Exp', apply('Neg', x)), 1)));

/**
 * (x·l − relu(l)) − log(1 + e), e = e^(−|l|) ≤ 1. What rounding 1 + e loses, 2⁻²⁴, is nothing beside the other terms of
 * a sum over pixels: `softplus` takes four more nodes to keep it.
 */
export const bernoulliLogProb: Lowering<'bernoulliLogProb'> = (node, [x = '', logits = ''], { builder }) => {
  const { apply, add, sub, mul } = formulaOps(builder, node.dtype as FloatDType);
  const e = apply('Exp', apply('Neg', apply('Abs', logits)));
  return sub(sub(mul(x, logits), apply('Relu', logits)), apply('Log', add(e, 1)));
};

/** The most factors of at most 2 that one product takes: far from float32's largest number. */
const mostFactors = 32;

/**
 * Σ over the last axis of `bernoulliLogProb`, whose logarithms are most of its time: Σ log(1 + e) is the logarithm of
 * products of some 1 + e each, one where there were many. Undefined where the values are needed one by one.
 */
export function sumOfBernoulliLogProbs(node: Tensor<'sum'>, context: LoweringContext): string | undefined {
  const [terms] = node.inputs as [Tensor];
  const { axes, keepDims } = node.attributes;
  if (!isOp(terms, 'bernoulliLogProb') || context.useCount(terms) !== 1) return undefined;
  const [x, logits] = terms.inputs as [Tensor, Tensor];
  const size = terms.shape.at(-1);
  if (axes.length !== 1 || axes[0] !== terms.rank - 1 || typeof size !== 'number') return undefined;
  if (!sameShape(logits.shape, terms.shape)) return undefined;
  const factors = largestDivisor(size, mostFactors);
  if (factors < 4) return undefined;

  const { builder, valueOf, shapeValue } = context;
  const { apply, add, sub, mul } = formulaOps(builder, node.dtype as FloatDType);
  const total = (value: string): string =>
    builder.emit('ReduceSum', [value, builder.ints([terms.rank - 1])], { keepdims: { int: Number(keepDims) } });
  const l = valueOf(logits);
  const e = apply('Exp', apply('Neg', apply('Abs', l)));
  const groups = apply('Reshape', add(e, 1), shapeValue([...terms.shape.slice(0, -1), size / factors, factors]));
  const products = builder.emit('ReduceProd', [groups], { axes: { ints: [terms.rank] }, keepdims: { int: 0 } });
  return sub(total(sub(mul(valueOf(x), l), apply('Relu', l))), total(apply('Log', products)));
}

/** The largest divisor of `size` that is at most `limit`. */
function largestDivisor(size: number, limit: number): number {
  for (let divisor = Math.min(size, limit); divisor > 1; divisor--) if (size % divisor === 0) return divisor;
  return 1;
}

/** relu(x) + log(1 + e), e = e^(−|x|) ≤ 1. The Softplus kernel is scalar code, several times slower. */
export const softplus = formula((x, ops) => {
  const { apply, add } = ops;
  const e = apply('Exp', apply('Neg', apply('Abs', x)));
  const u = add(e, 1);
  return add(apply('Relu', x), add(apply('Log', u), lostDigits(e, u, ops)));
});
