import { NdArray, ShapeError, ValueError, checkOptions, epsilonOf, formatShape, rule } from '../../core/index.ts';
import type { ArrayLikeInput, FloatDType } from '../../core/index.ts';
import {
  checkCovariance,
  cholesky,
  eigenvalues,
  eigh,
  matmul,
  nearestPsd,
  relativeDistance,
  sqrtm,
  sqrtmh,
  supportTolerance,
  transpose,
} from '../../linalg/index.ts';
import type { SpectrumOptions } from '../../linalg/index.ts';

/** Which R with R Rᵀ = Σ: S (symmetric), L (cholesky), U √Λ (eigen); or the X with X X = A of any square A (general). */
const rootKinds = ['symmetric', 'cholesky', 'eigen', 'general'] as const;
/** Which root `matrixRoot` takes of a matrix. */
export type MatrixRootKind = (typeof rootKinds)[number];

/** A root of one matrix and what it says about the matrix. */
export interface MatrixRootReport {
  readonly kind: MatrixRootKind;
  /** [n, n] */
  readonly root: NdArray;
  /** Imaginary part, where the general root is complex. */
  readonly rootImaginary?: NdArray;
  /** Ascending, [n]; of a covariance exactly 0 outside its support. */
  readonly eigenvalues: NdArray;
  readonly eigenvaluesImaginary?: NdArray;
  readonly rank: number;
  /** Largest by smallest singular value; infinite for a singular matrix. */
  readonly conditionNumber: number;
  /** ‖R Rᵀ − Σ‖ / ‖Σ‖ in the Frobenius norm (for the symmetric root R Rᵀ is S S; for a general one ‖X X − A‖ / ‖A‖). */
  readonly residual: number;
  /** ‖Σ − A‖ / ‖A‖ where the nearest covariance Σ was taken instead of A. */
  readonly movedBy?: number;
}

/** Options of `matrixRoot`: which root, and what of the matrix is repaired or counts as zero. */
export interface MatrixRootOptions {
  /** Default: symmetric. */
  readonly kind?: MatrixRootKind;
  /** Take the nearest positive semidefinite matrix first. */
  readonly nearest?: boolean;
  /** Eigenvalues within ± this of the largest count as zero, in place of rounding; of covariances only. */
  readonly tolerance?: number;
}

/**
 * Σ^{1/2} of one matrix, with what there is to know about it.
 *
 * @param matrix [n, n]
 * @throws ShapeError; NumericalError (NaN, infinity); LinearAlgebraError naming what makes it no covariance, or why it has
 *   no root of this kind
 */
export function matrixRoot(matrix: ArrayLikeInput, options: MatrixRootOptions = {}): MatrixRootReport {
  checkOptions('matrixRoot', options, {
    kind: rule.oneOf(rootKinds),
    nearest: rule.flag,
    tolerance: rule.number({ least: 0, below: 1 }),
  });
  const { kind = 'symmetric', nearest = false, tolerance } = options;
  if (kind === 'general' && tolerance !== undefined) {
    throw new ValueError('matrixRoot: tolerance is for covariances; the general root takes any eigenvalue as it is.');
  }
  const given = floatMatrix(matrix);
  const spectrum = tolerance === undefined ? {} : { rtol: tolerance };
  if (!nearest) return kind === 'general' ? generalReport(given) : covarianceReport(given, kind, spectrum);
  const moved = nearestPsd(given);
  const report = kind === 'general' ? generalReport(moved) : covarianceReport(moved, kind, spectrum);
  return { ...report, movedBy: relativeDistance(moved, given) };
}

function floatMatrix(matrix: ArrayLikeInput): NdArray<FloatDType> {
  const array = matrix instanceof NdArray ? matrix : NdArray.from(matrix);
  if (array.shape.length !== 2) {
    throw new ShapeError(`matrixRoot: expected one matrix [n, n], got shape ${formatShape(array.shape)}.`);
  }
  return array.dtype === 'float32' ? (array as NdArray<'float32'>) : NdArray.from(array, 'float64');
}

function covarianceReport(
  sigma: NdArray<FloatDType>,
  kind: Exclude<MatrixRootKind, 'general'>,
  rule: SpectrumOptions,
): MatrixRootReport {
  const spectrum = checkCovariance(sigma, rule);
  const root = kind === 'symmetric' ? sqrtmh(sigma, rule) : kind === 'cholesky' ? cholesky(sigma) : eigenRoot(spectrum);
  const values = spectrum.eigenvalues.data;
  return {
    kind,
    root,
    eigenvalues: spectrum.eigenvalues,
    rank: spectrum.rank.item(),
    conditionNumber: ratio(values.at(-1) ?? 1, values[0] ?? 1),
    residual: relativeDistance(matmul(root, transpose(root)), sigma),
  };
}

/** U √Λ: column j is the eigenvector of eigenvalue j, as long as its root. */
function eigenRoot({ eigenvalues: values, eigenvectors }: ReturnType<typeof checkCovariance>): NdArray<FloatDType> {
  const [n = 0] = values.shape;
  const scaled = eigenvectors.data.map((entry, at) => entry * Math.sqrt(values.data[at % n] ?? 0));
  return new NdArray<FloatDType>(scaled, eigenvectors.shape, eigenvectors.dtype);
}

function generalReport(a: NdArray<FloatDType>): MatrixRootReport {
  const { real, imag, residual } = sqrtm(a);
  const values = isSymmetric(a) ? { real: eigh(a).values, imag: undefined } : eigenvalues(a);
  const singular = singularValues(a);
  const [n = 0] = a.shape;
  const largest = singular[0] ?? 1;
  const tolerance = supportTolerance(n, epsilonOf[a.dtype]) * largest;
  return {
    kind: 'general',
    root: real,
    ...(imag && { rootImaginary: imag }),
    eigenvalues: values.real,
    ...(values.imag && { eigenvaluesImaginary: values.imag }),
    rank: singular.filter((value) => value > tolerance).length,
    conditionNumber: ratio(largest, singular.at(-1) ?? 1, tolerance),
    residual: residual.item(),
  };
}

/** Descending: the upper half of the eigenvalues of [[0, A], [Aᵀ, 0]], which squares no condition number. */
function singularValues(a: NdArray<FloatDType>): number[] {
  const [n = 0] = a.shape;
  const both = NdArray.zeros([2 * n, 2 * n], 'float64');
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const value = a.data[row * n + column] ?? 0;
      both.data[row * 2 * n + n + column] = value;
      both.data[(n + column) * 2 * n + row] = value;
    }
  }
  return Array.from(eigh(both).values.data.subarray(n)).reverse();
}

function isSymmetric({ data, shape: [n = 0] }: NdArray): boolean {
  return data.every((value, at) => value === data[(at % n) * n + Math.floor(at / n)]);
}

function ratio(largest: number, smallest: number, zero = 0): number {
  return smallest > zero ? largest / smallest : Infinity;
}
