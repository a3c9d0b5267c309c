import {
  add,
  cast,
  div,
  erf,
  erfRatios,
  exp,
  greater,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  square,
  sub,
  where,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

// Where Q(z) = 1 − Φ(z) is small, it is that of the complementary error function with a = z/√2: Q = e^(−a²) e^(r(1/a²) − 0.5625) / (2 a).
// The formulas take a from 1.25 on.
const tailBegins = 1.25 * Math.SQRT2;
/** Beyond, Q is 0 in float64. */
const tailEnds = 40;

/** Coefficients from the highest power down. */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients
    .slice(2)
    .reduce((sum, next) => add(mul(sum, x), next), add(mul(x, coefficients[0] ?? 0), coefficients[1] ?? 0));
}

function ratio(x: Tensor, [top, bottom]: readonly [readonly number[], readonly number[]]): Tensor {
  return div(polynomial(x, top), polynomial(x, bottom));
}

/** log(a e^(a²) erfc(a)) for a ≥ 1.25, as a function of 1/a². */
function logScaled(inverseSquare: Tensor): Tensor {
  const near = less(0.35 ** 2, inverseSquare);
  return sub(where(near, ratio(inverseSquare, erfRatios.large), ratio(inverseSquare, erfRatios.tail)), 0.5625);
}

/**
 * Q(z) = P(ε > z) of a standard normal ε: relative error below 3e-15 (z ≤ 37.5; beyond, results are subnormal) in float64. In
 * float32 the exponent −z²/2 is rounded: about z²/2 ε.
 */
export function upperTail(z: Tensor): Tensor {
  const t = minimum(maximum(z, tailBegins), tailEnds);
  // e^(−t²/2) in two factors, the first exact in its exponent: t² itself would be rounded.
  const head = cast(cast(t, 'float32'), t.dtype);
  const rest = add(mul(mul(sub(head, t), add(head, t)), 0.5), logScaled(div(2, square(t))));
  const tail = div(mul(exp(mul(square(head), -0.5)), exp(rest)), mul(t, Math.SQRT2));
  return where(greater(z, tailBegins), tail, mul(sub(1, erf(mul(z, Math.SQRT1_2))), 0.5));
}

/** log Q(z): relative error below 1e-14 in float64, for every z. */
export function logUpperTail(z: Tensor): Tensor {
  const t = maximum(z, tailBegins);
  const tail = sub(sub(logScaled(div(2, square(t))), log(mul(t, Math.SQRT2))), mul(square(t), 0.5));
  // The branch not taken is kept finite: its derivative is multiplied by 0.
  const body = log1p(neg(upperTail(maximum(neg(z), -tailBegins))));
  return where(greater(z, tailBegins), tail, body);
}
