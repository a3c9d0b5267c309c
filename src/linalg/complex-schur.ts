import { complexArray, divide, entry, magnitude, setEntry } from './complex.ts';
import type { Complex, ComplexArray } from './complex.ts';
import type { RealSchur } from './schur.ts';

/** A = Z T Zᴴ: Z unitary, T upper triangular, both complex. */
export interface ComplexSchur {
  readonly t: ComplexArray;
  readonly z: ComplexArray;
}

/**
 * Turns each 2 × 2 block of a real Schur form to triangular shape. Rows with real eigenvalues keep a diagonal that is
 * real to the bit.
 */
export function complexify({ t, q }: RealSchur, n: number): ComplexSchur {
  const result = { t: complexArray(n * n), z: complexArray(n * n) };
  result.t.re.set(t);
  result.z.re.set(q);
  for (let k = 0; k + 1 < n; k++) {
    const below = t[(k + 1) * n + k]!;
    if (below === 0) continue;
    // λ = mean + i ω; (λ − t₂₂, below) is its eigenvector in the block, and the first row of the rotation.
    const half = (t[k * n + k]! - t[(k + 1) * n + k + 1]!) / 2;
    const omega = Math.sqrt(Math.max(0, -(half * half + below * t[k * n + k + 1]!)));
    rotatePlane(result, n, { k, x: { re: half, im: omega }, y: { re: below, im: 0 } });
    const mean = (t[k * n + k]! + t[(k + 1) * n + k + 1]!) / 2;
    setEntry(result.t, k * n + k, { re: mean, im: omega });
    setEntry(result.t, (k + 1) * n + k + 1, { re: mean, im: -omega });
    setEntry(result.t, (k + 1) * n + k, { re: 0, im: 0 });
  }
  return result;
}

/** Moves eigenvalues that are exactly zero to the end of T, keeping the order of the others. */
export function zerosLast(schur: ComplexSchur, n: number): void {
  const { t } = schur;
  const isZero = (k: number): boolean => t.re[k * n + k] === 0 && t.im[k * n + k] === 0;
  for (let place = 0; place < n; place++) {
    let from = place;
    while (from < n && isZero(from)) from++;
    if (from === n) return;
    for (let k = from - 1; k >= place; k--) swapAdjacent(schur, n, k);
  }
}

/** Exchanges the eigenvalues at k and k + 1: (t(k, k+1), t₂₂ − t₁₁) is the eigenvector of the second in the block. */
function swapAdjacent(schur: ComplexSchur, n: number, k: number): void {
  const { t } = schur;
  const first = entry(t, k * n + k);
  const second = entry(t, (k + 1) * n + k + 1);
  const coupling = entry(t, k * n + k + 1);
  const gap = { re: second.re - first.re, im: second.im - first.im };
  rotatePlane(schur, n, { k, x: coupling, y: gap });
  setEntry(t, k * n + k, second);
  setEntry(t, (k + 1) * n + k + 1, first);
  setEntry(t, (k + 1) * n + k, { re: 0, im: 0 });
}

/** A rotation of the plane (k, k + 1) that turns the direction (x, y), not both 0, into the first axis. */
export interface PlaneRotation {
  readonly k: number;
  readonly x: Complex;
  readonly y: Complex;
  /** T is zero in rows k and k + 1 before this column (default k). */
  readonly column?: number;
}

/**
 * T ← G T Gᴴ, Z ← Z Gᴴ with G = [[c̄, s], [−s, c]], where (c, s), s ≥ 0 or x, y real, is (x, y) / ‖(x, y)‖ but for a phase.
 */
export function rotatePlane({ t, z }: ComplexSchur, n: number, { k, x, y, column = k }: PlaneRotation): void {
  // A phase that makes y real changes no direction.
  const real = y.im === 0;
  const size = magnitude(y);
  const [first, second] = real ? [x, y.re] : [divide(x, { re: y.re / size, im: y.im / size }), size];
  const scale = Math.max(magnitude(first), Math.abs(second));
  const length = scale * Math.sqrt((magnitude(first) / scale) ** 2 + (second / scale) ** 2);
  const c = { re: first.re / length, im: first.im / length };
  const s = second / length;
  for (let j = column; j < n; j++) mix(t, k * n + j, (k + 1) * n + j, { re: c.re, im: -c.im }, s);
  for (let i = 0; i < n; i++) mix(t, i * n + k, i * n + k + 1, c, s);
  for (let i = 0; i < n; i++) mix(z, i * n + k, i * n + k + 1, c, s);
}

/** (a, b) ← (c a + s b, c̄ b − s a). */
function mix(m: ComplexArray, first: number, second: number, c: Complex, s: number): void {
  const a = entry(m, first);
  const b = entry(m, second);
  m.re[first] = c.re * a.re - c.im * a.im + s * b.re;
  m.im[first] = c.re * a.im + c.im * a.re + s * b.im;
  m.re[second] = c.re * b.re + c.im * b.im - s * a.re;
  m.im[second] = c.re * b.im - c.im * b.re - s * a.im;
}
