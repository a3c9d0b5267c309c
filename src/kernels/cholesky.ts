import { runBatch } from './batches.ts';
import type { BatchPlan } from './batches.ts';

/** A pivot at or below its tolerance: the matrix is not positive definite. */
export interface FailedPivot {
  readonly matrix: number;
  readonly row: number;
  readonly value: number;
}

/**
 * Lower triangular L with L Lᵀ = A for `count` symmetric n × n matrices, stored one after another. Every entry subtracts its
 * products in the order of the textbook loop, so the bits are those of that loop.
 *
 * @param a [count, n, n]; left as it is
 * @param factors [count, n, n], overwritten, zeros above the diagonal
 * @param tolerances [n]: pivot i must exceed tolerances[i] · aᵢᵢ
 * @returns the first pivot that does not (NaN included), where the work stopped; undefined when all do
 * @throws ValueError when an array's length does not fit
 */
export function choleskyBatch(
  a: Float64Array,
  n: number,
  count: number,
  { factors, tolerances }: { readonly factors: Float64Array; readonly tolerances: Float64Array },
): FailedPivot | undefined {
  const plan = {
    count,
    arrays: [
      { name: 'a', data: a, length: n * n, use: 'in' },
      { name: 'factors', data: factors, length: n * n, use: 'out' },
    ],
    constants: tolerances,
    scratch: (kernels) => kernels.choleskyScratch(n),
  } satisfies BatchPlan;
  let failed: { matrix: number; row: number } | undefined;
  if (n === 0) return undefined;
  runBatch('cholesky', plan, ({ kernels, first, size, offsets, constants, scratch }) => {
    if (failed !== undefined) return;
    const pivot = kernels.choleskyBatch(offsets[0]!, n, size, constants, offsets[1]!, scratch);
    if (pivot >= 0) failed = { matrix: first + Math.floor(pivot / n), row: pivot % n };
  });
  return failed && { ...failed, value: factors[(failed.matrix * n + failed.row) * n + failed.row]! };
}
