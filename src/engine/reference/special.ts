import { erfRatios } from '../../graph/index.ts';

/** 1 / (1 + e^−x) without overflow and without cancellation on either side. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + e^x), as relu(x) + log1p(e^−|x|). */
export function softplus(x: number): number {
  return relu(x) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** x·l − log(1 + e^l), as (x·l − relu(l)) − log1p(e^−|l|): the first difference is exact for x = 0 and 1. */
export function bernoulliLogProb(x: number, logit: number): number {
  return x * logit - relu(logit) - Math.log1p(Math.exp(-Math.abs(logit)));
}

/** max(x, 0); NaN stays NaN. */
export function relu(x: number): number {
  return x <= 0 ? 0 : x;
}

/** x to the power y by IEEE 754: 1 to any power is 1, and so is (−1)^±∞ and x^0 (JavaScript's ** gives NaN for the first two). */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return 1;
  return x ** y;
}

/** x to the power y in 32-bit wrapping arithmetic; a negative power is the reciprocal, truncated. */
export function integerPower(x: number, y: number): number {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let square = x | 0;
  for (let bits = y >>> 0; bits !== 0; bits >>>= 1) {
    if (bits & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** Coefficients from the highest power down. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let result = 0;
  for (const coefficient of coefficients) result = result * x + coefficient;
  return result;
}

const { small, middle, large, tail } = erfRatios;

function ratio(x: number, [p, q]: readonly [readonly number[], readonly number[]]): number {
  return polynomial(x, p) / polynomial(x, q);
}

/**
 * The error function (2/√π) ∫₀ˣ e^(−t²) dt, within 1 unit in the last place.
 *
 * Source: the rational approximations of FDLIBM's s_erf.c (Sun Microsystems, 1993): on [0, 0.84375] erf(x)/x − 1 in x²;
 * on [0.84375, 1.25] erf(x) − 0.845… in x − 1; beyond, x e^(x²) erfc(x) in 1/x².
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    const s = x * x;
    return x + x * ratio(s, small);
  }
  if (a < 1.25) {
    const s = a - 1;
    return Math.sign(x) * (0.845062911510467529297 + ratio(s, middle));
  }
  if (a >= 6) return Math.sign(x);
  if (Number.isNaN(x)) return NaN;
  const s = 1 / (a * a);
  const exponent = ratio(s, a < 1 / 0.35 ? large : tail);
  // e^(−a²) in two factors, the first exact in its exponent: a² itself would be rounded.
  const head = Math.fround(a);
  const complement = (Math.exp(-head * head - 0.5625) * Math.exp((head - a) * (head + a) + exponent)) / a;
  return Math.sign(x) * (1 - complement);
}
