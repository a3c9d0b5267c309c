import { LinearAlgebraError } from '../core/index.ts';
import { maxStepsPerEigenvalue } from './thresholds.ts';

/**
 * What the kernels' `eighBatch` computes, in plain TypeScript: the oracle of its test.
 *
 * Eigenvalues (ascending) and eigenvectors (columns) of `count` symmetric n × n matrices, stored one after another.
 *
 * Householder tridiagonalisation, then implicit QL (Wilkinson and Reinsch, Handbook for Automatic Computation II/2 and
 * II/4; Golub and Van Loan, §8.3). Entries should be of moderate size: callers scale the largest into [1, 4). Only
 * + − × ÷ √ are used, so the bits are the same on every JavaScript engine.
 *
 * @param a [count, n, n], symmetric; left as it is
 * @param values [count, n], overwritten
 * @param vectors [count, n, n], overwritten; column j of a matrix belongs to value j
 * @throws LinearAlgebraError when an eigenvalue does not converge (not seen on finite input)
 */
export function referenceEighBatch(
  a: Float64Array,
  n: number,
  count: number,
  values: Float64Array,
  vectors: Float64Array,
): void {
  const work = new Float64Array(n * n);
  const rows = new Float64Array(n * n); // eigenvectors as rows: every inner loop runs along memory
  const diagonal = new Float64Array(n);
  const subdiagonal = new Float64Array(n);
  for (let i = 0; i < count; i++) {
    work.set(a.subarray(i * n * n, (i + 1) * n * n));
    tridiagonalize(work, n, diagonal, subdiagonal);
    accumulateReflections(work, n, rows);
    for (let k = 0; k < n; k++) diagonal[k] = work[k * n + k]!;
    if (!implicitQl(diagonal, subdiagonal, n, rows)) {
      throw new LinearAlgebraError(
        `eigh: the QL iteration of matrix ${i} took more than ${maxStepsPerEigenvalue} steps for one eigenvalue.`,
      );
    }
    sortInto(diagonal, rows, n, values.subarray(i * n, (i + 1) * n), vectors.subarray(i * n * n, (i + 1) * n * n));
  }
}

/**
 * A = Q T Qᵀ from the last row up, on the lower triangle. Row i keeps its reflector v / √h (H = I − v vᵀ/h), T's
 * diagonal stays on the diagonal, and subdiagonal[i − 1] = T(i, i − 1).
 */
function tridiagonalize(a: Float64Array, n: number, p: Float64Array, subdiagonal: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    subdiagonal[i - 1] = reflector(a, row, i);
    if (a[row + i - 1] === 0) continue; // nothing to reflect
    // p = A v (the leading i × i block, lower triangle), then A ← A − v qᵀ − q vᵀ with q = p − (vᵀp / 2) v.
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const vj = a[row + j]!;
      let sum = 0;
      for (let k = 0, at = j * n; k < j; k++, at++) {
        sum += a[at]! * a[row + k]!;
        p[k] = p[k]! + a[at]! * vj;
      }
      p[j] = p[j]! + sum + a[j * n + j]! * vj;
    }
    let vp = 0;
    for (let k = 0; k < i; k++) vp += a[row + k]! * p[k]!;
    for (let k = 0; k < i; k++) p[k] = p[k]! - (vp / 2) * a[row + k]!;
    for (let j = 0; j < i; j++) {
      const vj = a[row + j]!;
      const qj = p[j]!;
      for (let k = 0, at = j * n; k <= j; k++, at++) a[at] = a[at]! - (vj * p[k]! + qj * a[row + k]!);
    }
  }
}

/** Replaces x = a[row … row + m) by the scaled reflector that maps x to (0, …, 0, e), and returns e; v = 0 if none is needed. */
function reflector(a: Float64Array, row: number, m: number): number {
  const last = row + m - 1;
  let scale = 0;
  for (let k = row; k < last; k++) scale = Math.max(scale, Math.abs(a[k]!));
  const end = a[last]!;
  if (scale === 0) {
    a[last] = 0;
    return end;
  }
  scale = Math.max(scale, Math.abs(end));
  let squares = 0;
  for (let k = row; k <= last; k++) {
    a[k] = a[k]! / scale;
    squares += a[k]! * a[k]!;
  }
  const norm = a[last]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const h = Math.sqrt(squares - a[last]! * norm);
  a[last] = a[last]! - norm;
  for (let k = row; k <= last; k++) a[k] = a[k]! / h;
  return norm * scale;
}

/** rows ← Qᵀ = H₁ H₂ ⋯ Hₙ₋₁, grown from the leading block so that each reflection touches i × i entries. */
function accumulateReflections(a: Float64Array, n: number, rows: Float64Array): void {
  rows.fill(0);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let i = 1; i < n; i++) {
    const v = i * n;
    if (a[v + i - 1] === 0) continue;
    for (let j = 0; j < i; j++) {
      const row = j * n;
      let dot = 0;
      for (let k = 0; k < i; k++) dot += rows[row + k]! * a[v + k]!;
      for (let k = 0; k < i; k++) rows[row + k] = rows[row + k]! - dot * a[v + k]!;
    }
  }
}

/** Implicit QL with Wilkinson's shift; d becomes the eigenvalues, `rows` the eigenvectors. False when it does not converge. */
function implicitQl(d: Float64Array, e: Float64Array, n: number, rows: Float64Array): boolean {
  if (n > 0) e[n - 1] = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  // LAPACK's relative test, with a floor far below rounding so that null spaces deflate at once.
  const floor = (2 ** -62 * norm) ** 2;
  const negligible = (m: number): boolean => e[m]! * e[m]! <= 2 ** -106 * Math.abs(d[m]! * d[m + 1]!) + floor;
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < n - 1 && !negligible(m)) m++;
      if (m === l) break;
      if (step === maxStepsPerEigenvalue) return false;
      qlStep(d, e, l, m, n, rows);
    }
  }
  return true;
}

/** One QL sweep over the unreduced block l … m. */
function qlStep(d: Float64Array, e: Float64Array, l: number, m: number, n: number, rows: Float64Array): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.sqrt(half * half + 1);
  let g = d[m]! - d[l]! + e[l]! / (half + (half < 0 ? -root : root));
  let s = 1;
  let c = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = norm2(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The bulge vanished: the block splits here.
      d[i + 1] = d[i + 1]! - shift;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - shift;
    const t = (d[i]! - g) * s + 2 * c * b;
    shift = s * t;
    d[i + 1] = g + shift;
    g = c * t - b;
    rotate(rows, i * n, n, c, s);
  }
  d[l] = d[l]! - shift;
  e[l] = g;
  e[m] = 0;
}

function norm2(f: number, g: number): number {
  const r = Math.sqrt(f * f + g * g);
  if (r > 1e-140) return r;
  // Squares may have underflowed; an inexact length would leave (c, s) off the unit circle.
  const scale = Math.max(Math.abs(f), Math.abs(g));
  return scale === 0 ? 0 : scale * Math.sqrt((f / scale) ** 2 + (g / scale) ** 2);
}

/** Rotates the row at `start` with the next one. */
function rotate(rows: Float64Array, start: number, n: number, c: number, s: number): void {
  for (let k = start, next = start + n; k < start + n; k++, next++) {
    const x = rows[k]!;
    const y = rows[next]!;
    rows[next] = s * x + c * y;
    rows[k] = c * x - s * y;
  }
}

function sortInto(d: Float64Array, rows: Float64Array, n: number, values: Float64Array, vectors: Float64Array): void {
  const order = Array.from({ length: n }, (_, index) => index).sort((i, j) => d[i]! - d[j]!);
  for (let j = 0; j < n; j++) {
    const from = order[j]! * n;
    values[j] = d[order[j]!]!;
    for (let i = 0; i < n; i++) vectors[i * n + j] = rows[from + i]!;
  }
}
