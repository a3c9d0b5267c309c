import { epsilonOf, isFloat } from '../core/index.ts';
import type { DType } from '../core/index.ts';
import type { OpName } from '../graph/index.ts';

export interface Tolerance {
  /** Relative to the expected value. */
  readonly rtol: number;
  readonly atol: number;
}

/** Allowed errors of a float result, in units of its dtype's ε. */
export interface ErrorUnits {
  readonly relative: number;
  /** For operands of size 1. */
  readonly absolute: number;
}

const exact: ErrorUnits = { relative: 0, absolute: 0 };
/** A correctly rounded operation, or one whose vector form is one unit off. */
const rounded: ErrorUnits = { relative: 1, absolute: 0 };
/** A library function of a few units in the last place. */
const library: ErrorUnits = { relative: 4, absolute: 0 };
/** Periodic functions: argument reduction leaves an error in units of 1 beside the zeros. */
const periodic: ErrorUnits = { relative: 4, absolute: 1 };
/** Saturating functions, whose vector kernels are good to a few units of 1. */
const saturating: ErrorUnits = { relative: 4, absolute: 2 };
/** Sums of up to some hundred products of size 1: each addition rounds once. */
const accumulated: ErrorUnits = { relative: 4, absolute: 64 };
/** Products of sizes up to some ten, which cancel. */
const sumOfProducts: ErrorUnits = { relative: 4, absolute: 16 };
/**
 * Sums over a batch of images, up to n = 1500 products of size 1: n roundings of partial sums that have grown to √n, in
 * random directions, are √n √n / √12 ≈ 430 units; several times that at the worst of some hundred entries.
 */
const accumulatedOverImages: ErrorUnits = { relative: 4, absolute: 1536 };

/** Factorisations of matrices with condition numbers up to some hundred, whose operands carry rounding errors. */
const conditioned: ErrorUnits = { relative: 64, absolute: 256 };

/**
 * How far an engine's result may be from the reference's, op by op. float32 results of + − × ÷ √ in float64 round to
 * the float32 result itself (53 ≥ 2 · 24 + 2 bits), so these have no excuse.
 */
export const opErrors: Readonly<Record<OpName, ErrorUnits>> = {
  input: exact,
  constant: exact,
  dimension: exact,
  neg: exact,
  abs: exact,
  sign: exact,
  exp: library,
  log: library,
  log1p: library,
  expm1: library,
  sqrt: rounded,
  sin: periodic,
  cos: periodic,
  tanh: saturating,
  sigmoid: saturating,
  softplus: saturating,
  relu: exact,
  erf: saturating,
  not: exact,
  cast: exact,
  stopGradient: exact,
  add: exact,
  sub: exact,
  mul: exact,
  div: rounded,
  pow: { relative: 8, absolute: 0 },
  maximum: exact,
  minimum: exact,
  equal: exact,
  less: exact,
  lessEqual: exact,
  greater: exact,
  greaterEqual: exact,
  and: exact,
  or: exact,
  bernoulliLogProb: sumOfProducts,
  where: exact,
  sum: accumulated,
  max: exact,
  min: exact,
  reshape: exact,
  broadcastTo: exact,
  transpose: exact,
  slice: exact,
  pad: exact,
  concat: exact,
  gather: exact,
  scatterAdd: accumulated,
  matmul: accumulated,
  conv2d: accumulated,
  convTranspose2d: accumulated,
  conv2dWeightGradient: accumulatedOverImages,
  randomNormal: exact,
  randomUniform: exact,
  sqrtmh: conditioned,
  lyapunov: conditioned,
  cholesky: conditioned,
  triangularSolve: conditioned,
};

/** A gradient, or another composition: a chain of several ops and sums over what was broadcast. */
export const chainErrors: ErrorUnits = { relative: 64, absolute: 128 };

/** Units of error as a tolerance for values of `dtype`; integers must be equal. */
export function toleranceOf({ relative, absolute }: ErrorUnits, dtype: DType): Tolerance {
  if (!isFloat(dtype)) return { rtol: 0, atol: 0 };
  // What is not exact may flush subnormal results to zero.
  const flushed = relative === 0 ? 0 : dtype === 'float32' ? 2 ** -126 : 2 ** -1022;
  return { rtol: relative * epsilonOf[dtype], atol: absolute * epsilonOf[dtype] + flushed };
}
