// The standard normal quantile, Φ⁻¹: its coefficients and, for plain numbers, itself. `gaussian` has it for tensors.

/** Coefficients of numerator and denominator, constant term first. */
export interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

// Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
const central: Rational = {
  top: [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  bottom: [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852545925,
  ],
};
const tail: Rational = {
  top: [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  bottom: [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
};
const farTail: Rational = {
  top: [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  bottom: [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
};

/** The rational approximations: of Φ⁻¹(p)/q in 0.180625 − q², q = p − ½, and of −Φ⁻¹(p) in r − 1.6 (r ≤ 5) and r − 5, r = √(−log p). */
export const quantileRationals = { central, tail, farTail } as const;

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** Φ⁻¹(p) for p in [0, 1], to about 10⁻¹⁶ relative; ∓∞ at the ends. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(central.top, r)) / polynomial(central.bottom, r);
  }
  const smaller = q < 0 ? p : 1 - p;
  if (smaller <= 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(smaller));
  const { top, bottom } = r <= 5 ? tail : farTail;
  const x = r <= 5 ? r - 1.6 : r - 5;
  const size = polynomial(top, x) / polynomial(bottom, x);
  return q < 0 ? -size : size;
}
