import { complexArray, divide, entry, magnitude, principalRoot, setEntry } from './complex.ts';
import type { Complex, ComplexArray } from './complex.ts';

/**
 * The R with R R = T for upper triangular T, whose zero eigenvalues come last with zeros between them. Column by column
 * (Björck and Hammarling 1983):
 *
 *   rᵢᵢ = √tᵢᵢ,  rᵢⱼ = (tᵢⱼ − Σ rᵢₖ rₖⱼ) / (rᵢᵢ + rⱼⱼ)
 */
export function triangularRoot(t: ComplexArray, n: number): ComplexArray {
  const r = complexArray(n * n);
  for (let j = 0; j < n; j++) {
    setEntry(r, j * n + j, principalRoot(entry(t, j * n + j)));
    for (let i = j - 1; i >= 0; i--) {
      const sum = diagonalSum(r, n, i, j);
      if (sum === undefined) continue;
      const rest = subtractProducts(entry(t, i * n + j), n, { x: r, y: r, i, j, from: i + 1, to: j });
      setEntry(r, i * n + j, divide(rest, sum));
    }
  }
  return r;
}

/**
 * How much a relative change of T in the direction E = (1) changes R: ‖L‖ ‖T‖ / (‖R‖ ‖E‖) with R L + L R = E, in the
 * Frobenius norm. A lower bound of the root's condition number (Higham, Functions of Matrices, §6.1) and, since every
 * entry of E takes part, of its order.
 */
export function rootSensitivity(t: ComplexArray, r: ComplexArray, n: number): number {
  const l = complexArray(n * n);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < n; j++) {
      const sum = diagonalSum(r, n, i, j);
      if (sum === undefined) continue;
      const afterRows = subtractProducts({ re: 1, im: 0 }, n, { x: r, y: l, i, j, from: i + 1, to: n });
      const rest = subtractProducts(afterRows, n, { x: l, y: r, i, j, from: 0, to: j });
      setEntry(l, i * n + j, divide(rest, sum));
    }
  }
  return ((frobenius(l) / n) * frobenius(t)) / frobenius(r);
}

/** rᵢᵢ + rⱼⱼ, or undefined when both are zero: there the root is zero too. */
function diagonalSum(r: ComplexArray, n: number, i: number, j: number): Complex | undefined {
  const a = entry(r, i * n + i);
  const b = entry(r, j * n + j);
  if (magnitude(a) === 0 && magnitude(b) === 0) return undefined;
  return { re: a.re + b.re, im: a.im + b.im };
}

interface Product {
  readonly x: ComplexArray;
  readonly y: ComplexArray;
  readonly i: number;
  readonly j: number;
  readonly from: number;
  readonly to: number;
}

/** start − Σ xᵢₖ yₖⱼ over from ≤ k < to. */
function subtractProducts(start: Complex, n: number, { x, y, i, j, from, to }: Product): Complex {
  let { re, im } = start;
  for (let k = from; k < to; k++) {
    const left = i * n + k;
    const right = k * n + j;
    re -= x.re[left]! * y.re[right]! - x.im[left]! * y.im[right]!;
    im -= x.re[left]! * y.im[right]! + x.im[left]! * y.re[right]!;
  }
  return { re, im };
}

/** ‖m‖_F, safe from overflow. */
export function frobenius({ re, im }: ComplexArray): number {
  let largest = 0;
  for (let k = 0; k < re.length; k++) largest = Math.max(largest, Math.abs(re[k]!), Math.abs(im[k]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let k = 0; k < re.length; k++) sum += (re[k]! / largest) ** 2 + (im[k]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}
