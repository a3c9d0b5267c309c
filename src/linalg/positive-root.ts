import { congruenceInto, dotRowsInto, transposeInto } from './products.ts';
import { rebuild } from './spectrum.ts';

/**
 * S = V √Λ Vᵀ of one matrix A = V Λ Vᵀ ⪰ 0 into `out`, symmetric to the bit, polished by one Newton step:
 *
 *   S ← S + X,  S X + X S = A − S S
 *
 * solved in the eigenbasis at hand. It removes the few-ε errors of V and Λ (residual 5e-15 → 5e-16).
 *
 * @param values ascending, ≥ 0, exactly 0 outside the support, which the step leaves alone
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
  const scratch = new Float64Array(n * n);
  dotRowsInto(out, out, n, correction); // S Sᵀ = S S
  for (let at = 0; at < n * n; at++) correction[at] = a[at]! - correction[at]!;
  transposeInto(vectors, n, n, transposed);
  congruenceInto(transposed, correction, n, scratch, correction);
  divideByPairSums(correction, roots, n);
  congruenceInto(vectors, correction, n, scratch, correction);
  for (let at = 0; at < n * n; at++) out[at] = out[at]! + correction[at]!;
}

/** mᵢⱼ ← mᵢⱼ / (wᵢ + wⱼ), 0 where both weights are 0. */
export function divideByPairSums(m: Float64Array, weights: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const sum = weights[i]! + weights[j]!;
      m[i * n + j] = sum > 0 ? m[i * n + j]! / sum : 0;
    }
  }
}
