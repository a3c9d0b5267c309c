import { NdArray, formatShape, sameShape, stridesOf } from '../core/index.ts';
import type { ArrayLikeInput } from '../core/index.ts';
import type { Tolerance } from './tolerances.ts';

export type { Tolerance } from './tolerances.ts';

/**
 * Passes when the shapes agree and each |actual − expected| ≤ atol + rtol |expected|. NaN matches NaN only, an infinity
 * itself only, and signs of zero do not matter. Defaults: rtol 0, atol 0.
 *
 * @param context put before the message of a failure
 * @throws Error naming the worst element
 */
export function expectAllClose(
  actual: ArrayLikeInput,
  expected: ArrayLikeInput,
  tolerance: Partial<Tolerance> = {},
  context = 'expectAllClose',
): void {
  const mismatch = compareArrays(actual, expected, tolerance);
  if (mismatch !== undefined) throw new Error(`${context}: ${mismatch}`);
}

/** What `expectAllClose` would say, or undefined where the arrays agree. */
export function compareArrays(
  actual: ArrayLikeInput,
  expected: ArrayLikeInput,
  tolerance: Partial<Tolerance> = {},
): string | undefined {
  const a = NdArray.from(actual, 'float64');
  const e = NdArray.from(expected, 'float64');
  if (!sameShape(a.shape, e.shape)) {
    return `the shape is ${formatShape(a.shape)}, expected ${formatShape(e.shape)}`;
  }
  const { rtol = 0, atol = 0 } = tolerance;
  let worst = -1;
  let worstExcess = 1;
  let count = 0;
  a.data.forEach((x, i) => {
    const excess = excessOf(x, e.data[i] ?? NaN, rtol, atol);
    if (excess <= 1) return;
    count++;
    if (excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  });
  if (count === 0) return undefined;
  const x = a.data[worst] ?? NaN;
  const y = e.data[worst] ?? NaN;
  const index = stridesOf(e.shape).map((stride, axis) => Math.floor(worst / stride) % (e.shape[axis] ?? 1));
  return (
    `${count} of ${a.size} elements differ; the worst, at ${formatShape(index)}, is ${x}, expected ${y} ` +
    `(difference ${Math.abs(x - y)}, allowed ${atol + rtol * Math.abs(y)})`
  );
}

/** The difference in units of what is allowed; infinite where no tolerance could help. */
function excessOf(actual: number, expected: number, rtol: number, atol: number): number {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Infinity;
  const allowed = atol + rtol * Math.abs(expected);
  return allowed === 0 ? Infinity : Math.abs(actual - expected) / allowed;
}
