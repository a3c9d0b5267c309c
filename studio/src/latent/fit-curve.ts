// In the place of `ml-levenberg-marquardt`, which UMAP asks for two numbers of one curve, and whose matrices weigh as much as UMAP itself.

export interface CurveData {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

type Pair = readonly [number, number];

export interface CurveFit {
  readonly parameterValues: Pair;
  /** Σ (y − f(x))². */
  readonly parameterError: number;
}

/** So many steps are more than enough for a curve of two parameters: each that is taken has a smaller error. */
const steps = 100;

/**
 * The two parameters of least squares, by Levenberg (1944) and Marquardt (1963): (JᵀJ + λ diag JᵀJ) δ = Jᵀr, with λ ten times smaller
 * after a step that lessens the error, and ten times larger after one that does not.
 *
 * @param curve f with such parameters, as a function of x
 */
export default function fitCurve(
  data: CurveData,
  curve: (parameters: Pair) => (x: number) => number,
  { initialValues: [first = 1, second = 1] = [] }: { readonly initialValues?: readonly number[] } = {},
): CurveFit {
  let at: Pair = [first, second];
  let error = errorOf(data, curve(at));
  for (let step = 0, damping = 1e-3; step < steps && damping < 1e12; step++) {
    const next = stepFrom(at, { data, curve, damping });
    const nextError = errorOf(data, curve(next));
    if (nextError < error) [at, error, damping] = [next, nextError, damping / 10];
    else damping *= 10;
  }
  return { parameterValues: at, parameterError: error };
}

function stepFrom(
  at: Pair,
  { data, curve, damping }: { readonly data: CurveData; readonly curve: (parameters: Pair) => (x: number) => number; readonly damping: number }, // prettier-ignore
): Pair {
  const [h0, h1] = [1e-6 * (1 + Math.abs(at[0])), 1e-6 * (1 + Math.abs(at[1]))];
  const here = curve(at);
  const [up0, down0] = [curve([at[0] + h0, at[1]]), curve([at[0] - h0, at[1]])];
  const [up1, down1] = [curve([at[0], at[1] + h1]), curve([at[0], at[1] - h1])];
  let [a, b, d, p, q] = [0, 0, 0, 0, 0];
  data.x.forEach((x, k) => {
    const residual = (data.y[k] ?? NaN) - here(x);
    const [j0, j1] = [(up0(x) - down0(x)) / (2 * h0), (up1(x) - down1(x)) / (2 * h1)];
    a += j0 * j0;
    b += j0 * j1;
    d += j1 * j1;
    p += j0 * residual;
    q += j1 * residual;
  });
  a *= 1 + damping;
  d *= 1 + damping;
  const determinant = a * d - b * b;
  return [at[0] + (d * p - b * q) / determinant, at[1] + (a * q - b * p) / determinant];
}

/** NaN counts as the largest of errors: no such step is taken. */
function errorOf({ x, y }: CurveData, f: (x: number) => number): number {
  const sum = x.reduce((total, each, k) => total + (f(each) - (y[k] ?? NaN)) ** 2, 0);
  return Number.isNaN(sum) ? Infinity : sum;
}
