import { erfRatios } from '../../../graph/index.ts';
import type { Tensor } from '../../../graph/index.ts';
import type { ModelBuilder } from '../builder.ts';
import { formulaOps } from '../formula.ts';
import type { FormulaOps } from '../formula.ts';
import type { Lowering } from '../lowering.ts';
import { castTo } from './elementwise.ts';

/** The Erf kernel, which ONNX Runtime has for float32 only; in float64 the reference engine's formula. */
export const erf: Lowering<'erf'> = (node: Tensor, [x = ''], { builder }) =>
  node.dtype === 'float32' ? builder.emit('Erf', [x]) : erfFloat64(x, builder);

/**
 * The rational approximations of FDLIBM's s_erf.c, all four ranges for every element, of which Where picks one. (See
 * reference/special.ts; what the others give there, overflow included, is thrown away.)
 */
function erfFloat64(x: string, builder: ModelBuilder): string {
  const ops = formulaOps(builder, 'float64');
  const { add, sub, mul, div, apply } = ops;
  const a = apply('Abs', x);
  const below = (limit: number, inside: string, outside: string): string =>
    apply('Where', apply('Less', a, limit), inside, outside);

  const small = add(x, mul(x, ratio(mul(x, x), erfRatios.small, ops)));
  const middle = add(ratio(sub(a, 1), erfRatios.middle, ops), 0.845062911510467529297);

  const s = apply('Reciprocal', mul(a, a));
  const exponent = below(1 / 0.35, ratio(s, erfRatios.large, ops), ratio(s, erfRatios.tail, ops));
  // e^(−a²) in two factors, the first exact in its exponent: a² itself would be rounded.
  const head = castTo(builder, castTo(builder, a, 'float32'), 'float64');
  const first = apply('Exp', sub(apply('Neg', mul(head, head)), 0.5625));
  const second = apply('Exp', add(mul(sub(head, a), add(head, a)), exponent));
  const large = sub(1, div(mul(first, second), a));

  const sign = apply('Sign', x);
  return below(0.84375, small, mul(sign, below(1.25, middle, below(6, large, apply('Abs', sign)))));
}

function ratio(x: string, [p, q]: readonly [readonly number[], readonly number[]], ops: FormulaOps): string {
  return ops.div(polynomial(x, p, ops), polynomial(x, q, ops));
}

/** Coefficients from the highest power down. */
function polynomial(x: string, coefficients: readonly number[], { add, mul }: FormulaOps): string {
  return String(coefficients.reduce<string | number>((sum, next, k) => (k === 0 ? next : add(mul(sum, x), next)), 0));
}
