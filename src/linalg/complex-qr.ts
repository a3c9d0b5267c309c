import { LinearAlgebraError } from '../core/index.ts';
import { complexArray, divide, entry, magnitude, multiply, principalRoot, setEntry } from './complex.ts';
import type { Complex, ComplexArray } from './complex.ts';
import { rotatePlane } from './complex-schur.ts';
import type { ComplexSchur } from './complex-schur.ts';
import { maxStepsPerEigenvalue } from './thresholds.ts';

/**
 * Schur form of a complex matrix of moderate entries: Hessenberg form by plane rotations, then QR with Wilkinson's shift
 * (Golub and Van Loan, §7.5). For real matrices `realSchur` keeps conjugate pairs conjugate; this does not.
 *
 * @throws LinearAlgebraError when an eigenvalue does not converge
 */
export function complexSchur(a: ComplexArray, n: number): ComplexSchur {
  const schur = { t: { re: a.re.slice(), im: a.im.slice() }, z: complexArray(n * n) };
  for (let k = 0; k < n; k++) schur.z.re[k * n + k] = 1;
  for (let column = 0; column < n - 2; column++) {
    for (let k = n - 2; k > column; k--) annihilate(schur, n, k, column);
  }
  for (let end = n - 1, step = 0; end > 0;) {
    const start = blockStart(schur.t, n, end);
    if (start === end) {
      end -= 1;
      step = 0;
      continue;
    }
    if (step === maxStepsPerEigenvalue) {
      throw new LinearAlgebraError(`complexSchur: no convergence at eigenvalue ${end} of ${n} after ${step} QR steps.`);
    }
    step += 1;
    const shift = step % 10 === 0 ? exceptionalShift(schur.t, n, end) : wilkinsonShift(schur.t, n, end);
    const first = entry(schur.t, start * n + start);
    const x = { re: first.re - shift.re, im: first.im - shift.im };
    rotatePlane(schur, n, { k: start, x, y: entry(schur.t, (start + 1) * n + start) });
    for (let k = start + 1; k < end; k++) annihilate(schur, n, k, k - 1);
  }
  return schur;
}

/** Zeroes T(k + 1, column) by a rotation of the plane (k, k + 1). */
function annihilate(schur: ComplexSchur, n: number, k: number, column: number): void {
  const y = entry(schur.t, (k + 1) * n + column);
  if (y.re === 0 && y.im === 0) return;
  rotatePlane(schur, n, { k, x: entry(schur.t, k * n + column), y, column });
  setEntry(schur.t, (k + 1) * n + column, { re: 0, im: 0 });
}

/** The first row of the unreduced block that ends at `end`; the negligible entry before it is set to zero. */
function blockStart(t: ComplexArray, n: number, end: number): number {
  for (let l = end; l > 0; l--) {
    const scale = magnitude(entry(t, (l - 1) * n + l - 1)) + magnitude(entry(t, l * n + l));
    const below = magnitude(entry(t, l * n + l - 1));
    if (below <= 2 ** -53 * scale || below < 2 ** -1000) {
      setEntry(t, l * n + l - 1, { re: 0, im: 0 });
      return l;
    }
  }
  return 0;
}

/** The eigenvalue of the last 2 × 2 block [[a, b], [c, d]] nearest to d: d − b c / (δ ± √(δ² + b c)), δ = (a − d)/2. */
function wilkinsonShift(t: ComplexArray, n: number, end: number): Complex {
  const k = end - 1;
  const a = entry(t, k * n + k);
  const d = entry(t, end * n + end);
  const product = multiply(entry(t, k * n + end), entry(t, end * n + k));
  const delta = { re: (a.re - d.re) / 2, im: (a.im - d.im) / 2 };
  const squared = multiply(delta, delta);
  const root = principalRoot({ re: squared.re + product.re, im: squared.im + product.im });
  const sign = delta.re * root.re + delta.im * root.im < 0 ? -1 : 1;
  const denominator = { re: delta.re + sign * root.re, im: delta.im + sign * root.im };
  if (magnitude(denominator) === 0) return d;
  const step = divide(product, denominator);
  return { re: d.re - step.re, im: d.im - step.im };
}

/** Breaks a cycle that does not converge. */
function exceptionalShift(t: ComplexArray, n: number, end: number): Complex {
  const d = entry(t, end * n + end);
  return { re: d.re + 0.75 * magnitude(entry(t, end * n + end - 1)), im: d.im };
}
