import { quantileRationals } from '../core/normal-quantile.ts';
import type { Rational } from '../core/normal-quantile.ts';
import { add, div, equal, greater, lessEqual, log, minimum, mul, neg, sqrt, sub, abs, where } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

const { central, tail, farTail } = quantileRationals;

function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const last = coefficients.length - 1;
  let value = mul(x, coefficients[last] ?? 0);
  for (let k = last - 1; k > 0; k--) value = mul(add(value, coefficients[k] ?? 0), x);
  return add(value, coefficients[0] ?? 0);
}

const rational = (x: Tensor, { top, bottom }: Rational): Tensor => div(polynomial(x, top), polynomial(x, bottom));

/**
 * Φ⁻¹(p), the standard normal quantile: rational approximations, relative error about 1e-16 in float64 for p in
 * [1e-300, 1 − 2⁻⁵³]; ∓∞ at 0 and 1, NaN outside [0, 1].
 */
export function standardNormalQuantile(p: Tensor): Tensor {
  const q = sub(p, 0.5);
  const middle = mul(q, rational(sub(0.180625, mul(q, q)), central));
  const smaller = minimum(p, sub(1, p));
  // At 0 and 1 the formula would be ∞/∞: any other number stands in.
  const atEnd = equal(smaller, 0);
  const r = sqrt(neg(log(where(atEnd, 0.25, smaller))));
  const magnitude = where(lessEqual(r, 5), rational(sub(r, 1.6), tail), rational(sub(r, 5), farTail));
  const outer = where(atEnd, Infinity, magnitude);
  return where(lessEqual(abs(q), 0.425), middle, where(greater(q, 0), outer, neg(outer)));
}
