import {
  add,
  cast,
  constant,
  div,
  exp,
  gather,
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

const halfLogTwoPi = 0.9189385332046727;

/**
 * log P(X = x) = x η − e^η − log x! for counts x and log-rates η. The three terms of large counts nearly cancel, so the
 * "saddle-point" form is taken (Loader 2000): −½ log(2πx) − δ(x) − D(x, λ), with δ the error of Stirling's formula and
 * D = x log(x/λ) + λ − x the deviance, whose error is of the order of |x − λ| ε instead of x log x ε.
 */
export function poissonLogProb(x: Tensor, logRate: Tensor): Tensor {
  const rate = exp(logRate);
  const count = maximum(x, 1); // What the formula below is fed where x = 0.
  const stirling = add(add(mul(log(count), 0.5), halfLogTwoPi), stirlingError(count));
  return where(less(x, 0.5), neg(rate), neg(add(stirling, deviance(count, rate, logRate))));
}

/** x (u − log(1 + u)) with u = (λ − x)/x; far below x the logarithm of the ratio comes from η itself. */
function deviance(x: Tensor, rate: Tensor, logRate: Tensor): Tensor {
  const u = div(sub(rate, x), x);
  const isFar = less(u, -0.5);
  const near = log1p(where(isFar, 0, u));
  const far = sub(logRate, log(x));
  return mul(x, sub(u, where(isFar, far, near)));
}

const tableSize = 16;

/** δ(n) = log n! − (n + ½) log n + n − ½ log 2π, from δ(1) up; δ(0) is not asked for. */
const table: readonly number[] = (() => {
  let logFactorial = 0;
  return Array.from({ length: tableSize }, (_, n) => {
    if (n === 0) return 0;
    logFactorial += Math.log(n);
    return logFactorial - (n + 0.5) * Math.log(n) + n - halfLogTwoPi;
  });
})();

/** δ(n) of counts n ≥ 1: a table up to 15, beyond it Stirling's series, whose first term left out is below 10⁻¹⁵. */
function stirlingError(n: Tensor): Tensor {
  const known = gather(constant([...table], n.dtype), cast(minimum(n, tableSize - 1), 'int32'));
  const inverse = div(1, maximum(n, tableSize));
  const squared = square(inverse);
  const coefficients = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];
  const series = coefficients.reduceRight<Tensor | number>((tail, c) => add(mul(tail, squared), c), 0) as Tensor;
  return where(less(n, tableSize - 0.5), known, mul(series, inverse));
}
