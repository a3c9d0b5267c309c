import { NdArray, isFloat, sizeOf } from '../../core/index.ts';
import type { FloatDType, Shape } from '../../core/index.ts';
import { factorBatch } from '../../kernels/one-pass-cholesky.ts';
import { cholesky } from '../cholesky.ts';
import { pivotTolerance, safeSpread } from '../thresholds.ts';

/** Gives an array of any values, for a result. */
export type MakeArray = (shape: Shape, dtype: FloatDType) => NdArray<FloatDType>;

/**
 * `cholesky` of a batch with the same bits, in one pass over each matrix where nothing stands in the way; else as `cholesky` has it, its
 * errors too.
 */
export function factorInOnePass(
  a: NdArray,
  make: MakeArray = (shape, dtype) => NdArray.zeros(shape, dtype),
): NdArray<FloatDType> {
  const { shape, dtype } = a;
  const n = shape.at(-1) ?? 0;
  if (!isFloat(dtype) || shape.length < 2 || shape.at(-2) !== n) return cholesky(a);
  const count = sizeOf(shape.slice(0, -2));
  const factors = make(shape, dtype);
  const tolerances = Float64Array.from({ length: n }, (_, row) => pivotTolerance(row));
  const checks = { factors: factors.data, tolerances, spread: safeSpread };
  const done = factorBatch((a as NdArray<FloatDType>).data, n, count, checks);
  return done === count ? factors : cholesky(a);
}
