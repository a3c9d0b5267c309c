/** A symmetric 2 × 2 matrix [[a, b], [b, d]], entries of moderate size. */
export interface TwoByTwo {
  readonly a: number;
  readonly b: number;
  readonly d: number;
}

/** Eigenvalues, ascending: λmax = (tr + √((a − d)² + 4b²)) / 2 by absolute value, the other from the exact determinant. */
export function eigenvalues2(matrix: TwoByTwo): [number, number] {
  const { a, b, d } = matrix;
  const trace = a + d;
  const gap = Math.sqrt((a - d) * (a - d) + 4 * b * b);
  const outer = (trace < 0 ? trace - gap : trace + gap) / 2;
  if (outer === 0) return [0, 0];
  const inner = determinant2(matrix) / outer;
  return inner < outer ? [inner, outer] : [outer, inner];
}

export interface Eigenvalues2 {
  readonly smallest: number;
  readonly largest: number;
  /** The smallest counts as zero. */
  readonly singular: boolean;
}

/**
 * Symmetric root in closed form (Cayley–Hamilton):
 *
 *   S = (A + √det I) / √(tr A + 2 √det),  or  √λmax (A − λmin I) / (λmax − λmin)  when λmin counts as zero.
 */
export function root2(matrix: TwoByTwo, { smallest, largest, singular }: Eigenvalues2): TwoByTwo {
  const { a, b, d } = matrix;
  if (b === 0) return { a: Math.sqrt(Math.max(a, 0)), b, d: Math.sqrt(Math.max(d, 0)) };
  if (singular) {
    const factor = Math.sqrt(largest) / (largest - smallest);
    return { a: (a - smallest) * factor, b: b * factor, d: (d - smallest) * factor };
  }
  const root = Math.sqrt(determinant2(matrix));
  const t = Math.sqrt(a + d + 2 * root);
  return { a: (a + root) / t, b: b / t, d: (d + root) / t };
}

/** a d − b² with both products exact (Dekker), so that cancellation costs one rounding. */
function determinant2({ a, b, d }: TwoByTwo): number {
  const p = a * d;
  const q = b * b;
  return p - q + (productError(a, d, p) - productError(b, b, q));
}

/** x y − fl(x y), exact (Veltkamp splitting; no overflow for moderate entries). */
function productError(x: number, y: number, product: number): number {
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  return xh * yh - product + xh * yl + xl * yh + xl * yl;
}

function split(x: number): [number, number] {
  const t = 134217729 * x; // 2²⁷ + 1
  const high = t - (t - x);
  return [high, x - high];
}
