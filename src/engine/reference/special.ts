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
    return x + x * (polynomial(s, smallP) / polynomial(s, smallQ));
  }
  if (a < 1.25) {
    const s = a - 1;
    return Math.sign(x) * (0.845062911510467529297 + polynomial(s, middleP) / polynomial(s, middleQ));
  }
  if (a >= 6) return Math.sign(x);
  if (Number.isNaN(x)) return NaN;
  const s = 1 / (a * a);
  const ratio =
    a < 1 / 0.35 ? polynomial(s, largeP) / polynomial(s, largeQ) : polynomial(s, tailP) / polynomial(s, tailQ);
  // e^(−a²) in two factors, the first exact in its exponent: a² itself would be rounded.
  const head = Math.fround(a);
  const complement = (Math.exp(-head * head - 0.5625) * Math.exp((head - a) * (head + a) + ratio)) / a;
  return Math.sign(x) * (1 - complement);
}

const smallP = [
  -2.37630166566501626084e-5, -5.77027029648944159157e-3, -2.84817495755985104766e-2, -3.2504210724700149937e-1,
  1.28379167095512558561e-1,
];
const smallQ = [
  -3.9602282787753681232e-6, 1.32494738004321644526e-4, 5.08130628187576562776e-3, 6.50222499887672944485e-2,
  3.97917223959155352819e-1, 1,
];
const middleP = [
  -2.166375594868790843e-3, 3.54783043256182359371e-2, -1.10894694282396677476e-1, 3.18346619901161753674e-1,
  -3.72207876035701323847e-1, 4.14856118683748331666e-1, -2.36211856075265944077e-3,
];
const middleQ = [
  1.1984499846799107417e-2, 1.36370839120290507362e-2, 1.26171219808761642112e-1, 7.18286544141962662868e-2,
  5.40397917702171048937e-1, 1.06420880400844228286e-1, 1,
];
const largeP = [
  -9.81432934416914548592, -8.12874355063065934246e1, -1.84605092906711035994e2, -1.62396669462573470355e2,
  -6.23753324503260060396e1, -1.05586262253232909814e1, -6.93858572707181764372e-1, -9.86494403484714822705e-3,
];
const largeQ = [
  -6.04244152148580987438e-2, 6.57024977031928170135, 1.08635005541779435134e2, 4.29008140027567833386e2,
  6.45387271733267880336e2, 4.34565877475229228821e2, 1.376577541435190426e2, 1.96512716674392571292e1, 1,
];
const tailP = [
  -4.83519191608651397019e2, -1.02509513161107724954e3, -6.37566443368389627722e2, -1.60636384855821916062e2,
  -1.77579549177547519889e1, -7.99283237680523006574e-1, -9.86494292470009928597e-3,
];
const tailQ = [
  -2.24409524465858183362e1, 4.74528541206955367215e2, 2.55305040643316442583e3, 3.19985821950859553908e3,
  1.53672958608443695994e3, 3.25792512996573918826e2, 3.03380607434824582924e1, 1,
];

/** Numerators and denominators of `erf`'s four ranges, for engines that evaluate them otherwise. */
export const erfRatios = {
  small: [smallP, smallQ],
  middle: [middleP, middleQ],
  large: [largeP, largeQ],
  tail: [tailP, tailQ],
} as const;
