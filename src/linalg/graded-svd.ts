import { rebuild } from './products.ts';
import { exponentOf, powerOfTwo, scaleByPower } from './powers-of-two.ts';

import type { CorrelationSpectrum, Standardized } from './standardize.ts';
import { maxJacobiSweeps, orthogonalityTolerance, supportTolerance, workingEpsilon } from './thresholds.ts';

/** Σ = U diag(values²) Uᵀ, of a factor F of Σ. */
export interface GradedSvd {
  /** Singular values of F times 2^−exponent, ascending, 0 outside the support, [n]. */
  readonly values: Float64Array<ArrayBuffer>;
  /** U, [n, n]: orthonormal columns, 0 outside the support. */
  readonly vectors: Float64Array<ArrayBuffer>;
  readonly exponent: number;
}

/**
 * The singular value decomposition of a factor F of Σ = D R D: small singular values, and small entries of U, are as exact as
 * large ones, as far as R is well-conditioned, whatever D is.
 *
 * Cholesky with the largest variance that is left first, so that columns fall in size as D does; then one-sided Jacobi
 * rotations make them orthogonal (J. Demmel, K. Veselić, SIAM J. Matrix Anal. Appl. 13, 1992, §4). Each column carries a power
 * of two of its own.
 *
 * @param scale the exponent of the result, unless squares of its values could then leave the range of numbers
 */
export function gradedSvd(standardized: Standardized, spectrum: CorrelationSpectrum, scale = 0): GradedSvd {
  const n = standardized.stddevs.length;
  const { columns, scales } = triangle(standardized, spectrum);
  orthogonalize(columns, scales);
  const norms = columns.map((column) => Math.sqrt(dot(column, column)));
  const sizes = norms.map((norm, k) => exponentOf(norm) + scales[k]!);
  const farthest = sizes.reduce((most, size) => Math.max(most, Math.abs(size - scale)), 0);
  const exponent = farthest < 450 ? scale : Math.max(...sizes) - 500;
  const order = columns.map((_, k) => k).sort((i, j) => sizes[i]! - sizes[j]! || norms[i]! - norms[j]!);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  order.forEach((from, at) => {
    const to = n - order.length + at;
    values[to] = scaleByPower(norms[from]!, scales[from]! - exponent);
    for (let i = 0; i < n; i++) vectors[i * n + to] = columns[from]![i]! / norms[from]!;
  });
  return { values, vectors, exponent };
}

interface Triangle {
  /** r columns of n entries, times 2^scales[k]. */
  readonly columns: Float64Array[];
  readonly scales: number[];
}

function triangle({ correlation, stddevs, exponents }: Standardized, spectrum: CorrelationSpectrum): Triangle {
  const n = stddevs.length;
  const { rank, cleared } = spectrum;
  const rest = correlation.slice();
  const floor = Math.max(n * workingEpsilon, cleared);
  if (cleared > n * supportTolerance(n, workingEpsilon)) rebuild(spectrum.vectors, spectrum.values, n, rest);
  const open = new Set(stddevs.keys());
  const columns: Float64Array[] = [];
  const scales: number[] = [];
  for (let k = 0; k < rank; k++) {
    // The largest that is left (to a factor of two, which is all that grading needs), before what may be rounding.
    let [pivot, size] = [-1, -Infinity];
    for (const i of open) {
      const share = rest[i * n + i]!;
      const own = exponentOf(share) + 2 * exponents[i]! - (share > 4 * floor ? 0 : 8192);
      if (share > 0 && own > size) [pivot, size] = [i, own];
    }
    if (pivot < 0) break;
    const root = Math.sqrt(rest[pivot * n + pivot]!);
    open.delete(pivot);
    const column = new Float64Array(n);
    column[pivot] = root * stddevs[pivot]!;
    for (const i of open) {
      // What rounding leaves of a coordinate that the pivots determine would be large beside a small unit.
      const isRounding = rank < n && rest[i * n + i]! <= 4 * floor && Math.abs(rest[i * n + pivot]!) <= 4 * floor;
      const factor = isRounding ? 0 : rest[i * n + pivot]! / root;
      for (const j of open) rest[i * n + j]! -= (factor * rest[pivot * n + j]!) / root;
      column[i] = scaleByPower(factor * stddevs[i]!, exponents[i]! - exponents[pivot]!);
    }
    columns.push(column);
    scales.push(exponents[pivot]!);
  }
  return { columns, scales };
}

/** Rotates pairs of columns until all are orthogonal. */
function orthogonalize(columns: Float64Array[], scales: readonly number[]): void {
  const squares = columns.map((column) => dot(column, column));
  const limit = orthogonalityTolerance(columns[0]?.length ?? 0);
  for (let sweep = 0, rotated = true; rotated && sweep < maxJacobiSweeps; sweep++) {
    rotated = false;
    for (let i = 1; i < columns.length; i++) {
      for (let j = 0; j < i; j++) {
        const [p, q] = scales[i]! > scales[j]! ? [i, j] : [j, i];
        const [x, y] = [columns[p]!, columns[q]!];
        const product = dot(x, y);
        if (Math.abs(product) <= limit * Math.sqrt(squares[p]! * squares[q]!)) continue;
        rotated = true;
        // (x, τ y) turned by the angle with tangent w τ; the powers of two stay outside.
        const tau = powerOfTwo(Math.max(scales[q]! - scales[p]!, -1022));
        const gap = squares[p]! - squares[q]! * tau * tau;
        const w = (2 * product) / (gap + (gap < 0 ? -1 : 1) * Math.sqrt(gap * gap + (2 * product * tau) ** 2));
        const cosine = 1 / Math.sqrt(1 + (w * tau) ** 2);
        for (let k = 0; k < x.length; k++) {
          const [a, b] = [x[k]!, y[k]!];
          x[k] = cosine * (a + w * tau * tau * b);
          y[k] = cosine * (b - w * a);
        }
        squares[p] = dot(x, x);
        squares[q] = dot(y, y);
      }
    }
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!;
  return sum;
}
