import { multiplyInto, symmetricProductInto, transposeInto } from './products.ts';
import { rebuild } from './spectrum.ts';
import { polishFloor } from './thresholds.ts';

/**
 * S = V √Λ Vᵀ of one matrix A = V Λ Vᵀ ⪰ 0 into `out`, symmetric to the bit, polished by one Newton step:
 *
 *   S ← S + X,  S X + X S = A − S S
 *
 * solved in the eigenbasis at hand, but for pairs of tiny eigenvalues (`polishFloor`). It removes the errors of V and Λ:
 * the residual falls from about 20 ε to 2 ε.
 *
 * @param values ascending, ≥ 0, exactly 0 outside the support
 */
export function positiveRootInto(
  a: Float64Array,
  n: number,
  values: Float64Array,
  vectors: Float64Array,
  out: Float64Array,
): void {
  const roots = values.map(Math.sqrt);
  rebuild(vectors, roots, n, out);
  const correction = new Float64Array(n * n);
  const transposed = new Float64Array(n * n);
  const sizes = { rows: n, inner: n, columns: n };
  const scratch = new Float64Array(n * n);
  symmetricProductInto(out, out, n, correction);
  for (let at = 0; at < n * n; at++) correction[at] = a[at]! - correction[at]!;
  transposeInto(vectors, n, n, transposed);
  multiplyInto(transposed, correction, sizes, scratch);
  symmetricProductInto(scratch, vectors, n, correction); // Vᵀ (A − S S) V
  divideByPairSums(correction, roots, n, polishFloor * roots[n - 1]!);
  multiplyInto(vectors, correction, sizes, scratch);
  symmetricProductInto(scratch, transposed, n, correction);
  for (let at = 0; at < n * n; at++) out[at] = out[at]! + correction[at]!;
}

/** mᵢⱼ ← mᵢⱼ / (wᵢ + wⱼ), 0 where the sum is not above `floor`. */
export function divideByPairSums(m: Float64Array, weights: Float64Array, n: number, floor = 0): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const sum = weights[i]! + weights[j]!;
      m[i * n + j] = sum > floor ? m[i * n + j]! / sum : 0;
    }
  }
}
