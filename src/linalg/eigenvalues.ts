import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { balance } from './balance.ts';
import { complexify } from './complex-schur.ts';
import { toResult, toSquare } from './matrices.ts';
import { evenExponentOf, largestMagnitude, scaleRange } from './powers-of-two.ts';
import { realSchur } from './schur.ts';

/** Eigenvalues, by ascending real part, then imaginary part. */
export interface Eigenvalues {
  /** Shape [...batch, n]. */
  readonly real: NdArray<FloatDType>;
  /** Imaginary parts, or undefined when every eigenvalue of the batch is real. */
  readonly imag: NdArray<FloatDType> | undefined;
}

/**
 * Eigenvalues of any real square matrix: the diagonal of its Schur form, after balancing. Of a symmetric one, `eigh` gives
 * them to more digits.
 *
 * @param a shape [...batch, n, n]
 * @throws ShapeError (not square), NumericalError (NaN, infinity), LinearAlgebraError when one does not converge
 */
export function eigenvalues(a: ArrayLikeInput): Eigenvalues {
  const { data, rows: n, count, batchShape, dtype } = toSquare('eigenvalues', a);
  const [re, im] = [new Float64Array(count * n), new Float64Array(count * n)];
  for (let i = 0; i < count; i++) {
    for (const [at, value] of eigenvaluesOf(data.slice(i * n * n, (i + 1) * n * n), n).entries()) {
      re[i * n + at] = value.re;
      im[i * n + at] = value.im;
    }
  }
  const shape = [...batchShape, n];
  return {
    real: toResult('eigenvalues', re, shape, dtype),
    imag: im.every((value) => value === 0) ? undefined : toResult('eigenvalues', im, shape, dtype),
  };
}

/** Of one matrix, which is changed. */
function eigenvaluesOf(a: Float64Array, n: number): { readonly re: number; readonly im: number }[] {
  balance(a, n);
  const exponent = evenExponentOf(largestMagnitude(a, 0, a.length));
  scaleRange(a, 0, a.length, -exponent);
  const { t } = complexify(realSchur(a, n), n);
  const diagonal = (part: Float64Array): Float64Array => Float64Array.from({ length: n }, (_, k) => part[k * n + k]!);
  const [re, im] = [diagonal(t.re), diagonal(t.im)];
  scaleRange(re, 0, n, exponent);
  scaleRange(im, 0, n, exponent);
  const values = Array.from(re, (value, k) => ({ re: value, im: im[k]! }));
  return values.sort((x, y) => x.re - y.re || x.im - y.im);
}
