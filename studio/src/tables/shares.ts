// Two samples of one column, or of two, as shares that can be drawn beside each other.

export type Values = readonly (number | null)[];

export interface Bins {
  /** The ends of the bins, one more than there are shares. */
  readonly edges: readonly number[];
  readonly real: readonly number[];
  readonly synthetic: readonly number[];
}

/**
 * Shares of two samples in bins over the range of both, or, where a few values lie far out, of its inner 99 %: what is beyond counts to the
 * bins at the ends. Missing values are in none, so that shares add up to one less theirs.
 */
export function binned(real: Values, synthetic: Values, count: number): Bins {
  const known = [...real, ...synthetic].filter((value) => value !== null).sort((a, b) => a - b);
  const [low = 0, high = 1] = rangeOf(known);
  const width = (high - low) / count || 1;
  const edges = Array.from({ length: count + 1 }, (_, k) => low + k * width);
  return { edges, real: sharesIn(real, low, width, count), synthetic: sharesIn(synthetic, low, width, count) };
}

/** @param sorted ascending */
function rangeOf(sorted: readonly number[]): readonly [number, number] | readonly [] {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  if (sorted.length === 0) return [];
  const [least, low, high, most] = [at(0), at(0.005), at(0.995), at(1)];
  // A tail is cut where it would take more than half of the width.
  return high > low && most - least > 2 * (high - low) ? [low, high] : [least, most];
}

export function binOf(value: number, { edges }: Pick<Bins, 'edges'>): number {
  const [low = 0] = edges;
  const width = (edges[1] ?? low) - low || 1;
  return Math.min(edges.length - 2, Math.max(0, Math.floor((value - low) / width)));
}

function sharesIn(values: Values, low: number, width: number, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  for (const value of values) {
    if (value === null) continue;
    const bin = Math.min(count - 1, Math.max(0, Math.floor((value - low) / width)));
    shares[bin] = (shares[bin] ?? 0) + 1 / values.length;
  }
  return shares;
}

/** The share of each of `count` levels. */
export function levelShares(values: Values, count: number): number[] {
  const shares = new Array<number>(count).fill(0);
  for (const value of values) if (value !== null) shares[value] = (shares[value] ?? 0) + 1 / values.length;
  return shares;
}

export function missingShare(values: Values): number {
  return values.length === 0 ? 0 : values.filter((value) => value === null).length / values.length;
}

/** Shares of pairs, [rows, columns]. @param cellOf where each value stands */
export function pairShares(
  a: Values,
  b: Values,
  { columns, rows, columnOf, rowOf }: { readonly columns: number; readonly rows: number; readonly columnOf: (value: number) => number; readonly rowOf: (value: number) => number }, // prettier-ignore
): number[] {
  const shares = new Array<number>(columns * rows).fill(0);
  a.forEach((value, k) => {
    const other = b[k];
    if (value === null || other === null || other === undefined) return;
    const at = rowOf(other) * columns + columnOf(value);
    shares[at] = (shares[at] ?? 0) + 1 / a.length;
  });
  return shares;
}
