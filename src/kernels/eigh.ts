import { LinearAlgebraError } from '../core/index.ts';
import { runBatch } from './batches.ts';
import type { BatchPlan } from './batches.ts';

/**
 * Eigenvalues (ascending) and eigenvectors (columns) of `count` symmetric n × n matrices, stored one after another:
 * A V = V Λ. Each matrix is worked on alone, so a batch equals a loop to the bit.
 *
 * Householder tridiagonalisation, then implicit QL; n = 2 by one Jacobi rotation. Entries should be of moderate size:
 * callers scale the largest into [1, 4). Only + − × ÷ √, so the bits are the same on every machine.
 *
 * @param a [count, n, n], symmetric to the bit; left as it is
 * @param values [count, n], overwritten
 * @param vectors [count, n, n], overwritten; column j of a matrix belongs to value j
 * @throws LinearAlgebraError when an eigenvalue does not converge, as with NaN or infinity in the matrix; ValueError when
 *   an array's length does not fit
 */
export function eighBatch(
  a: Float64Array,
  n: number,
  count: number,
  values: Float64Array,
  vectors: Float64Array,
): void {
  const plan = {
    count,
    arrays: [
      { name: 'a', data: a, length: n * n, use: 'in' },
      { name: 'values', data: values, length: n, use: 'out' },
      { name: 'vectors', data: vectors, length: n * n, use: 'out' },
    ],
    scratch: (kernels) => kernels.eighScratch(n),
  } satisfies BatchPlan;
  if (n === 0) return;
  runBatch('eigh', plan, ({ kernels, first, size, offsets, scratch }) => {
    const failed = kernels.eighBatch(offsets[0]!, n, size, offsets[1]!, offsets[2]!, scratch);
    if (failed >= 0) {
      throw new LinearAlgebraError(
        `eigh: the QL iteration of matrix ${first + failed} did not converge. Does it hold NaN or infinity?`,
      );
    }
  });
}

/** Eigenvalues and eigenvectors as `eighBatch` leaves them. */
export interface Eigenpairs {
  /** [count, n] */
  readonly values: Float64Array;
  /** [count, n, n], columns */
  readonly vectors: Float64Array;
}

/**
 * Roots S = V √Λ Vᵀ of `count` matrices A = V Λ Vᵀ ⪰ 0, symmetric to the bit, polished by one Newton step: S ← S + X with
 * S X + X S = A − S S, solved in the eigenbasis but for pairs with √λᵢ + √λⱼ ≤ floor √λmax.
 *
 * @param a [count, n, n]
 * @param roots [count, n, n], overwritten
 */
export function positiveRootBatch(
  a: Float64Array,
  n: number,
  count: number,
  { values, vectors, floor, roots }: Eigenpairs & { readonly floor: number; readonly roots: Float64Array },
): void {
  const plan = {
    count,
    arrays: [
      { name: 'a', data: a, length: n * n, use: 'in' },
      { name: 'values', data: values, length: n, use: 'in' },
      { name: 'vectors', data: vectors, length: n * n, use: 'in' },
      { name: 'roots', data: roots, length: n * n, use: 'out' },
    ],
    scratch: (kernels) => kernels.spectralScratch(n),
  } satisfies BatchPlan;
  if (n === 0) return;
  runBatch('positiveRoot', plan, ({ kernels, size, offsets, scratch }) => {
    kernels.positiveRootBatch(offsets[0]!, offsets[1]!, offsets[2]!, n, size, floor, offsets[3]!, scratch);
  });
}

/**
 * e ← V [(Vᵀ e V) ⊘ (wᵢ + wⱼ)] Vᵀ for `count` matrices, 0 where both weights are 0: the solution X of W X + X W = e with
 * W = V diag(w) Vᵀ. Symmetric e gives a result symmetric up to rounding.
 *
 * @param e [count, n, n], overwritten
 * @param weights [count, n], ≥ 0
 * @param vectors [count, n, n], columns
 */
export function divideByPairSumsBatch(
  e: Float64Array,
  n: number,
  count: number,
  { weights, vectors }: { readonly weights: Float64Array; readonly vectors: Float64Array },
): void {
  const plan = {
    count,
    arrays: [
      { name: 'vectors', data: vectors, length: n * n, use: 'in' },
      { name: 'weights', data: weights, length: n, use: 'in' },
      { name: 'e', data: e, length: n * n, use: 'both' },
    ],
    scratch: (kernels) => kernels.spectralScratch(n),
  } satisfies BatchPlan;
  if (n === 0) return;
  runBatch('divideByPairSums', plan, ({ kernels, size, offsets, scratch }) => {
    kernels.divideByPairSumsBatch(offsets[0]!, offsets[1]!, n, size, offsets[2]!, scratch);
  });
}
