import { ValueError } from '../core/index.ts';

/** log Γ(k/2) for whole k ≥ 1: Γ(½) = √π, Γ(1) = 1, Γ(a + 1) = a Γ(a). */
function logGammaHalf(k: number): number {
  let value = k % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let a = k % 2 === 0 ? 1 : 0.5; a < k / 2; a++) value += Math.log(a);
  return value;
}

/**
 * P(z ≤ x) for the chi-square distribution with k degrees of freedom: the regularised incomplete gamma function
 * P(a, y), a = k/2, y = x/2. Its series below y = a + 1, above it one minus the continued fraction of the rest
 * (modified Lentz; Abramowitz and Stegun 6.5.29 and 6.5.31).
 */
export function chiSquareCdf(x: number, k: number): number {
  if (x <= 0) return 0;
  const a = k / 2;
  const y = x / 2;
  const scale = Math.exp(a * Math.log(y) - y - logGammaHalf(k));
  if (y < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let n = 1; term > total * 2 ** -54; n++) {
      term *= y / (a + n);
      total += term;
    }
    return scale * total;
  }
  return 1 - scale * tailFraction(a, y);
}

/** Γ(a, y) e^y y^−a as a continued fraction. */
function tailFraction(a: number, y: number): number {
  let b = y + 1 - a;
  let c = 2 ** 1000;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const ratio = d * c;
    fraction *= ratio;
    if (Math.abs(ratio - 1) < 2 ** -52) break;
  }
  return fraction;
}

/**
 * The x with P(z ≤ x) = p for the chi-square distribution with k degrees of freedom: ‖ε‖² of k standard normals stays
 * below it with probability p. By bisection, to rounding.
 *
 * @throws ValueError unless 0 ≤ p < 1 and k is a whole number ≥ 0
 */
export function chiSquareQuantile(p: number, k: number): number {
  if (!(p >= 0 && p < 1)) throw new ValueError(`chiSquareQuantile: the probability must be in [0, 1), got ${p}.`);
  if (!Number.isInteger(k) || k < 0) throw new ValueError(`chiSquareQuantile: ${k} is not a number of dimensions.`);
  if (k === 0 || p === 0) return 0;
  let low = 0;
  let high = k + 1;
  while (chiSquareCdf(high, k) < p) {
    low = high;
    high *= 2;
  }
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (chiSquareCdf(middle, k) < p) low = middle;
    else high = middle;
  }
  return high;
}
