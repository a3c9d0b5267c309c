import { formatShape, NdArray, LinearAlgebraError, sameShape, ShapeError } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../core/index.ts';
import type { ComplexArray } from './complex.ts';
import { principalRoot, unitScale } from './principal-root.ts';
import type { RootProblem } from './principal-root.ts';
import { matrixName, toResult, toSquare } from './matrices.ts';
import { multiplyInto } from './products.ts';
import { scaleRange } from './powers-of-two.ts';
import { principalRootResidual } from './thresholds.ts';
import { frobenius } from './triangular-root.ts';

/** A complex matrix or batch: real and imaginary parts of one shape. */
export interface ComplexInput {
  readonly real: ArrayLikeInput;
  readonly imag: ArrayLikeInput;
}

/** X with X X = A. */
export interface MatrixRoot {
  /** Real part of X, shape [...batch, n, n]. */
  readonly real: NdArray<FloatDType>;
  /** Imaginary part, or undefined when every root of the batch is real. */
  readonly imag: NdArray<FloatDType> | undefined;
  /** ‖X X − A‖_F / ‖A‖_F (0 for A = 0), shape [...batch]. */
  readonly residual: NdArray<FloatDType>;
}

/**
 * The principal square root of any square matrix: every eigenvalue λ of A becomes the root of λ with real part ≥ 0,
 * and a negative real one +i √|λ|. For real A it is real exactly when A has no negative real eigenvalue.
 *
 * Balanced, real Schur form A = Q T Qᵀ, its 2 × 2 blocks rotated to a complex triangle (complex A: complex Schur form),
 * then Björck and Hammarling's recurrence (1983; Higham, Functions of Matrices, §6.2). Triangular input is its own Schur
 * form and symmetric input goes through `eigh`. For a covariance use `sqrtmh`: this accepts indefinite matrices.
 *
 * A singular A has such a root exactly when 0 is not defective (no Jordan block larger than 1 × 1 belongs to it).
 *
 * @param a shape [...batch, n, n]; a plain number counts as 1 × 1
 * @throws ShapeError, NumericalError (NaN, infinity), LinearAlgebraError when there is no such root or rounding alone
 *   decides it
 *
 * @example
 * sqrtm([[1, 3], [1, 4]]).real.toNested() // [[0.755…, 1.133…], [0.377…, 1.889…]]
 */
export function sqrtm(a: ArrayLikeInput | ComplexInput): MatrixRoot {
  const { real, imag } = parts(a);
  if (real.shape.length === 0) {
    const root = sqrtm({ real: real.reshape([1, 1]), imag: imag.reshape([1, 1]) });
    return { real: root.real.reshape([]), imag: root.imag?.reshape([]), residual: root.residual };
  }
  const matrices = toSquare('sqrtm', real);
  const { rows: n, count, batchShape, dtype, epsilon } = matrices;
  const imaginary = toSquare('sqrtm', imag).data;
  const size = n * n;
  const [re, im, residual] = [new Float64Array(count * size), new Float64Array(count * size), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const own = [i * size, (i + 1) * size] as const;
    const matrix = { re: matrices.data.slice(...own), im: imaginary.slice(...own) };
    const problem = { a: matrix, n, epsilon, name: `sqrtm: ${matrixName(batchShape, i)}` };
    const root = principalRoot(problem);
    re.set(root.re, own[0]);
    im.set(root.im, own[0]);
    residual[i] = requireRoot(problem, root);
  }
  const shape = [...batchShape, n, n];
  return {
    real: toResult('sqrtm', re, shape, dtype),
    imag: im.every((value) => value === 0) ? undefined : toResult('sqrtm', im, shape, dtype),
    residual: toResult('sqrtm', residual, batchShape, dtype),
  };
}

function parts(a: ArrayLikeInput | ComplexInput): { real: NdArray; imag: NdArray } {
  const isComplex = typeof a === 'object' && 'real' in a;
  const real = NdArray.from(isComplex ? a.real : a);
  const imag = isComplex ? NdArray.from(a.imag) : NdArray.zeros(real.shape, real.dtype);
  if (sameShape(real.shape, imag.shape)) return { real, imag };
  throw new ShapeError(
    `sqrtm: the real part has shape ${formatShape(real.shape)}, the imaginary part ${formatShape(imag.shape)}.`,
  );
}

/** ‖X X − A‖_F / ‖A‖_F. Scales both in place. @throws LinearAlgebraError when X is not a root */
function requireRoot({ name, a, n }: RootProblem, { re, im }: ComplexArray): number {
  const exponent = unitScale(a);
  scaleRange(re, 0, re.length, -exponent / 2);
  scaleRange(im, 0, im.length, -exponent / 2);
  const product = (x: Float64Array, y: Float64Array): Float64Array<ArrayBuffer> => {
    const out = new Float64Array(n * n);
    multiplyInto(x, y, { rows: n, inner: n, columns: n }, out);
    return out;
  };
  const [squaredRe, squaredIm, cross, crossed] = [product(re, re), product(im, im), product(re, im), product(im, re)];
  const gap = {
    re: squaredRe.map((value, at) => value - squaredIm[at]! - a.re[at]!),
    im: cross.map((value, at) => value + crossed[at]! - a.im[at]!),
  };
  const norm = frobenius(a);
  const residual = norm === 0 ? 0 : frobenius(gap) / norm;
  if (residual <= principalRootResidual) return residual;
  throw new LinearAlgebraError(
    `${name}: no accurate square root: X X misses A by ${residual} relative to ‖A‖. A is too close to a matrix without one.`,
  );
}
