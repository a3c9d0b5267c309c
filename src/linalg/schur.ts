import { LinearAlgebraError } from '../core/index.ts';
import { hessenberg } from './hessenberg.ts';
import { maxStepsPerEigenvalue } from './thresholds.ts';

/** A = Q T Qᵀ: Q orthogonal, T upper triangular but for 2 × 2 blocks with complex eigenvalues. Row-major n × n. */
export interface RealSchur {
  readonly t: Float64Array<ArrayBuffer>;
  readonly q: Float64Array<ArrayBuffer>;
}

/**
 * Real Schur form of one matrix of moderate entries: Hessenberg form, then Francis' double-shift QR (Golub and Van Loan,
 * §7.5; EISPACK hqr2).
 *
 * @throws LinearAlgebraError when an eigenvalue does not converge
 */
export function realSchur(a: Float64Array, n: number): RealSchur {
  const { t, q } = hessenberg(a, n);
  let end = n - 1;
  let step = 0;
  while (end >= 0) {
    const start = blockStart(t, n, end);
    if (start === end) {
      end -= 1;
      step = 0;
    } else if (start === end - 1) {
      splitRealPair(t, q, n, end);
      end -= 2;
      step = 0;
    } else if (step === maxStepsPerEigenvalue) {
      throw new LinearAlgebraError(`realSchur: no convergence at eigenvalue ${end} of ${n} after ${step} QR steps.`);
    } else {
      step += 1;
      francisStep(t, q, n, start, end, step % 10 === 0);
    }
  }
  return { t, q };
}

/** The first row of the unreduced block that ends at `end`; the negligible entry before it is set to zero. */
function blockStart(t: Float64Array, n: number, end: number): number {
  for (let l = end; l > 0; l--) {
    const scale = Math.abs(t[(l - 1) * n + l - 1]!) + Math.abs(t[l * n + l]!);
    const below = Math.abs(t[l * n + l - 1]!);
    if (below <= 2 ** -53 * scale || below < 2 ** -1000) {
      t[l * n + l - 1] = 0;
      return l;
    }
  }
  return 0;
}

/** Rotates the 2 × 2 block at rows end − 1, end to triangular form when its eigenvalues are real. */
function splitRealPair(t: Float64Array, q: Float64Array, n: number, end: number): void {
  const k = end - 1;
  const below = t[end * n + k]!;
  const half = (t[k * n + k]! - t[end * n + end]!) / 2;
  const discriminant = half * half + below * t[k * n + end]!;
  if (discriminant < 0) return;
  const root = Math.sqrt(discriminant);
  const z = half >= 0 ? half + root : half - root; // (z, below) spans the eigenvector of λ = t(end, end) + z
  const scale = Math.abs(z) + Math.abs(below);
  const length = Math.sqrt((z / scale) ** 2 + (below / scale) ** 2);
  const c = z / scale / length;
  const s = below / scale / length;
  for (let j = k; j < n; j++) rotatePair(t, k * n + j, end * n + j, c, s);
  for (let i = 0; i <= end; i++) rotatePair(t, i * n + k, i * n + end, c, s);
  for (let i = 0; i < n; i++) rotatePair(q, i * n + k, i * n + end, c, s);
  t[end * n + k] = 0;
}

function rotatePair(m: Float64Array, first: number, second: number, c: number, s: number): void {
  const x = m[first]!;
  const y = m[second]!;
  m[first] = c * x + s * y;
  m[second] = c * y - s * x;
}

/** One implicit double-shift sweep over rows start … end. */
function francisStep(
  t: Float64Array,
  q: Float64Array,
  n: number,
  start: number,
  end: number,
  exceptional: boolean,
): void {
  const bulge = firstColumn(t, n, start, end, exceptional);
  for (let i = bulge.row + 2; i <= end; i++) {
    t[i * n + i - 2] = 0;
    if (i > bulge.row + 2) t[i * n + i - 3] = 0;
  }
  let { p, q: second, r } = bulge;
  for (let k = bulge.row; k < end; k++) {
    const three = k !== end - 1;
    let scale = 1;
    if (k !== bulge.row) {
      p = t[k * n + k - 1]!;
      second = t[(k + 1) * n + k - 1]!;
      r = three ? t[(k + 2) * n + k - 1]! : 0;
      scale = Math.abs(p) + Math.abs(second) + Math.abs(r);
      if (scale === 0) continue;
      p /= scale;
      second /= scale;
      r /= scale;
    }
    const length = Math.sqrt(p * p + second * second + r * r);
    const s = p < 0 ? -length : length;
    if (s === 0) continue;
    if (k !== bulge.row) t[k * n + k - 1] = -s * scale;
    else if (start !== bulge.row) t[k * n + k - 1] = -t[k * n + k - 1]!;
    reflect(t, q, n, { k, three, end, p, second, r, s });
  }
}

interface Bulge {
  readonly row: number;
  readonly p: number;
  readonly q: number;
  readonly r: number;
}

/** The row where the sweep may begin, and the first column of (T − σ₁)(T − σ₂) there. */
function firstColumn(t: Float64Array, n: number, start: number, end: number, exceptional: boolean): Bulge {
  const at = (i: number, j: number): number => t[i * n + j]!;
  let x = at(end, end);
  let y = at(end - 1, end - 1);
  let w = at(end, end - 1) * at(end - 1, end);
  if (exceptional) {
    // LAPACK's shifts for a cycle that does not converge.
    const s = Math.abs(at(end, end - 1)) + Math.abs(at(end - 1, end - 2));
    x = y = 0.75 * s + at(end, end);
    w = -0.4375 * s * s;
  }
  for (let m = end - 2; ; m--) {
    const z = at(m, m);
    let p = ((x - z) * (y - z) - w) / at(m + 1, m) + at(m, m + 1);
    let q = at(m + 1, m + 1) - z - (x - z) - (y - z);
    let r = at(m + 2, m + 1);
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= scale;
    q /= scale;
    r /= scale;
    if (m === start) return { row: m, p, q, r };
    const before = Math.abs(at(m, m - 1)) * (Math.abs(q) + Math.abs(r));
    const around = Math.abs(at(m - 1, m - 1)) + Math.abs(z) + Math.abs(at(m + 1, m + 1));
    if (before <= 2 ** -53 * Math.abs(p) * around) return { row: m, p, q, r };
  }
}

interface Reflection {
  readonly k: number;
  readonly three: boolean;
  readonly end: number;
  readonly p: number;
  readonly second: number;
  readonly r: number;
  readonly s: number;
}

/** Applies the 3 × 3 (or 2 × 2) Householder reflection at row k to T from both sides and to Q from the right. */
function reflect(t: Float64Array, q: Float64Array, n: number, reflection: Reflection): void {
  const { k, three, end, s } = reflection;
  const p = reflection.p + s;
  const x = p / s;
  const y = reflection.second / s;
  const z = reflection.r / s;
  const v = reflection.second / p;
  const w = reflection.r / p;
  // I − (x, y, z)ᵀ (1, v, w); the two vectors are parallel, so it is its own transpose.
  const apply = (m: Float64Array, at: number, stride: number): void => {
    const last = three ? m[at + 2 * stride]! : 0;
    const sum = m[at]! + v * m[at + stride]! + w * last;
    m[at] = m[at]! - sum * x;
    m[at + stride] = m[at + stride]! - sum * y;
    if (three) m[at + 2 * stride] = last - sum * z;
  };
  for (let j = k; j < n; j++) apply(t, k * n + j, n);
  for (let i = 0; i <= Math.min(end, k + 3); i++) apply(t, i * n + k, 1);
  for (let i = 0; i < n; i++) apply(q, i * n + k, 1);
}
