import { erfRatios } from '../graph/index.ts';

// The standard normal distribution of plain numbers, by the formulas that Normal's cdf is made of.

/** Coefficients from the highest power down. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

function ratio(x: number, [top, bottom]: readonly [readonly number[], readonly number[]]): number {
  return polynomial(x, top) / polynomial(x, bottom);
}

/** Φ(z), to a few ε of itself in the lower tail too. */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z);
  const a = -z * Math.SQRT1_2;
  if (a < 0.84375) return 0.5 - (a + a * ratio(a * a, erfRatios.small)) / 2;
  if (a < 1.25) return (1 - 0.845062911510467529297 - ratio(a - 1, erfRatios.middle)) / 2;
  if (a > 28) return 0;
  const s = 2 / (z * z);
  const exponent = ratio(s, a < 1 / 0.35 ? erfRatios.large : erfRatios.tail) - 0.5625;
  // e^(−z²/2) in two factors, the first exact in its exponent: z² itself would be rounded.
  const head = Math.fround(z);
  return (Math.exp((-head * head) / 2) * Math.exp(((head - z) * (head + z)) / 2 + exponent)) / (-z * Math.SQRT2);
}
