import { LinearAlgebraError, NumericalError, ShapeError, ValueError, checkOptions, rule } from '../core/index.ts';
import type { OptionRules, ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { factorizeLu, invertLu } from './lu.ts';
import { toResult, toSquare } from './matrices.ts';
import type { Matrices } from './matrices.ts';
import { multiplyInto } from './products.ts';
import { evenExponentOf, largestMagnitude, scaleByPower, scaleRange } from './powers-of-two.ts';

/** One step of an iteration for the square root of A, in float64. */
export interface RootIterate {
  /** 0 is the starting point. */
  readonly step: number;
  /** Tends to A^{1/2}, shape [n, n]. */
  readonly root: NdArray<FloatDType>;
  /** Tends to A^{−1/2}, shape [n, n]. */
  readonly inverseRoot: NdArray<FloatDType>;
  /** ‖root root − A‖_F / ‖A‖_F. */
  readonly residual: number;
}

/** When an iteration for the square root ends. */
export interface IterationOptions {
  /** Steps at most (default 40). The trace simply ends there: look at the last residual. */
  readonly maxSteps?: number;
  /** Stop once the residual is at most this (default n ε). */
  readonly tolerance?: number;
}

const iterationRules: OptionRules<IterationOptions> = { maxSteps: rule.anything, tolerance: rule.anything };

/**
 * Newton–Schulz: matrix products only, so it runs where eigh does not (an exported ONNX graph, a GPU).
 *
 *   Y₀ = A / c, Z₀ = I, T = (3 I − Z Y) / 2, Y ← Y T, Z ← T Z, root = √c Y, inverse root = Z / √c
 *
 * with c = ‖A‖_F. Quadratic once ‖I − Z Y‖ < 1, which c grants for positive definite A; about 1.2 log₂ cond(A) steps
 * come before that (Higham, Functions of Matrices, §6.7). Diverges for indefinite A.
 *
 * @param a shape [n, n]
 * @throws ShapeError, ValueError (options, A = 0), NumericalError when the iteration diverges
 */
export function* newtonSchulz(a: ArrayLikeInput, options: IterationOptions = {}): Generator<RootIterate, void> {
  checkOptions('newtonSchulz', options, iterationRules);
  const problem = start('newtonSchulz', a);
  const { n, target } = problem;
  const norm = frobenius(target);
  if (norm === 0) throw new ValueError('newtonSchulz: A is 0 and cannot be normalised; its root is 0.');
  let y = target.map((value) => value / norm);
  let z = identity(n);
  const scale = Math.sqrt(norm);
  yield* trace(problem, options, {
    root: () => y.map((value) => value * scale),
    inverseRoot: () => z.map((value) => value / scale),
    advance: () => {
      const t = multiply(z, y, n).map((value, at) => ((at % (n + 1) === 0 ? 3 : 0) - value) / 2);
      [y, z] = [multiply(y, t, n), multiply(t, z, n)];
    },
  });
}

/**
 * Denman–Beavers: Newton's method for X² = A, kept stable by iterating on the root and its inverse together.
 *
 *   Y₀ = A, Z₀ = I, Y ← (Y + Z⁻¹) / 2, Z ← (Z + Y⁻¹) / 2
 *
 * Quadratic for every A without eigenvalues on the closed negative real axis (Denman and Beavers 1976; Higham,
 * Functions of Matrices, §6.3).
 *
 * @param a shape [n, n]
 * @throws ShapeError, ValueError (options), LinearAlgebraError (an iterate is singular), NumericalError
 */
export function* denmanBeavers(a: ArrayLikeInput, options: IterationOptions = {}): Generator<RootIterate, void> {
  checkOptions('denmanBeavers', options, iterationRules);
  const problem = start('denmanBeavers', a);
  const { n, target } = problem;
  let y = target.slice();
  let z = identity(n);
  const invert = (matrix: Work): Work => {
    const inverted = invertLu(factorizeLu(matrix, n), n);
    if (inverted === undefined)
      throw new LinearAlgebraError('denmanBeavers: an iterate is singular; so is A, most likely.');
    return inverted;
  };
  yield* trace(problem, options, {
    root: () => y,
    inverseRoot: () => z,
    advance: () => {
      const [inverseY, inverseZ] = [invert(y), invert(z)];
      y = y.map((value, at) => (value + inverseZ[at]!) / 2);
      z = z.map((value, at) => (value + inverseY[at]!) / 2);
    },
  });
}

type Work = Float64Array<ArrayBuffer>;

interface Problem {
  readonly operation: string;
  readonly n: number;
  readonly epsilon: number;
  /** A · 2^−exponent. */
  readonly target: Work;
  readonly exponent: number;
}

interface Iteration {
  readonly root: () => Work;
  readonly inverseRoot: () => Work;
  readonly advance: () => void;
}

function start(operation: string, a: ArrayLikeInput): Problem {
  const matrices: Matrices = toSquare(operation, a);
  if (matrices.batchShape.length > 0) throw new ShapeError(`${operation}: takes one matrix, got a batch.`);
  const { data, rows: n, epsilon } = matrices;
  const exponent = evenExponentOf(largestMagnitude(data, 0, data.length));
  scaleRange(data, 0, data.length, -exponent);
  return { operation, n, epsilon, target: data, exponent };
}

function* trace(problem: Problem, options: IterationOptions, iteration: Iteration): Generator<RootIterate, void> {
  const { operation, n, epsilon, target, exponent } = problem;
  const { maxSteps = 40, tolerance = n * epsilon } = options;
  if (!Number.isInteger(maxSteps) || maxSteps < 0) throw new ValueError(`${operation}: maxSteps is ${maxSteps}.`);
  if (!(tolerance >= 0)) throw new ValueError(`${operation}: tolerance is ${tolerance}.`);
  const norm = frobenius(target);
  const scaled = (matrix: Work, power: number): NdArray<FloatDType> =>
    toResult(
      operation,
      matrix.map((value) => scaleByPower(value, power)),
      [n, n],
      'float64',
    );
  for (let step = 0; ; step++) {
    const root = iteration.root();
    const squared = multiply(root, root, n);
    const residual = norm === 0 ? 0 : frobenius(squared.map((value, at) => value - target[at]!)) / norm;
    if (!Number.isFinite(residual)) {
      throw new NumericalError(`${operation}: the iteration diverged at step ${step}. Is A positive definite?`);
    }
    yield {
      step,
      root: scaled(root, exponent / 2),
      inverseRoot: scaled(iteration.inverseRoot(), -exponent / 2),
      residual,
    };
    if (step >= maxSteps || residual <= tolerance) return;
    iteration.advance();
  }
}

function multiply(a: Work, b: Work, n: number): Work {
  const out = new Float64Array(n * n);
  multiplyInto(a, b, { rows: n, inner: n, columns: n }, out);
  return out;
}

function identity(n: number): Work {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

function frobenius(a: Float64Array): number {
  let sum = 0;
  for (const value of a) sum += value * value;
  return Math.sqrt(sum);
}
