import { formatShape, ShapeError, checkOptions } from '../core/index.ts';
import type { ArrayLikeInput, FloatDType, NdArray } from '../core/index.ts';
import { divideByPairSumsBatch } from '../kernels/index.ts';
import { completeVectors } from './complement.ts';
import { commonDType, pairBatches, toResult, toSquare } from './matrices.ts';
import { exponentOf, largestMagnitude, scaleRange } from './powers-of-two.ts';
import { positiveSpectrum } from './spectrum.ts';
import { spectrumRules } from './spectrum-options.ts';
import type { SpectrumOptions, SpectrumRule } from './spectrum-options.ts';
import { toSymmetric } from './symmetric.ts';
import { evenSpread, lyapunovTolerance } from './thresholds.ts';

/**
 * L with X L + L X = E, for symmetric positive semidefinite X = V Λ Vᵀ.
 *
 *   L = V [(Vᵀ E V) ⊘ (λᵢ + λⱼ)] Vᵀ
 *
 * With X = Σ^{1/2} this is the derivative of the root at Σ along E (Bhatia, Matrix Analysis, §X.4), and its own
 * transpose: L(E) is self-adjoint. Where λᵢ = λⱼ = 0 the equation leaves L free (and has no solution unless E vanishes
 * there): L is 0 in that block, the solution on the support. Symmetric E gives L symmetric to the bit.
 *
 * @param x shape [...batch, n, n], symmetric positive semidefinite
 * @param e shape [...batch, n, n], any matrix; batch shapes broadcast
 * @returns shape [...batch, n, n]; float32 when both are
 * @throws ShapeError, NumericalError (also when L overflows), LinearAlgebraError (x not symmetric, indefinite)
 */
export function lyapunov(x: ArrayLikeInput, e: ArrayLikeInput, options: SpectrumOptions = {}): NdArray<FloatDType> {
  checkOptions('lyapunov', options, spectrumRules);
  return solveSylvester('lyapunov', x, e, {
    weight: (value) => value,
    degree: 1,
    spectrum: { ...options, support: lyapunovTolerance },
  });
}

/** How the denominators wᵢ + wⱼ come from the eigenvalues of X. */
export interface SylvesterRule {
  readonly weight: (value: number) => number;
  /** weight(4^k λ) = 4^(k degree) weight(λ). */
  readonly degree: 1 | 0.5;
  readonly spectrum: SpectrumRule;
}

/** V [(Vᵀ E V) ⊘ (wᵢ + wⱼ)] Vᵀ, 0 where both weights are 0. */
export function solveSylvester(
  operation: string,
  x: ArrayLikeInput,
  e: ArrayLikeInput,
  rule: SylvesterRule,
): NdArray<FloatDType> {
  const symmetric = toSymmetric(operation, x, { spread: evenSpread });
  const right = toSquare(operation, e);
  const n = symmetric.rows;
  if (right.rows !== n) {
    throw new ShapeError(
      `${operation}: the matrices differ in size: ${formatShape([n, n])} and ${formatShape([right.rows, right.rows])}.`,
    );
  }
  const spectrum = positiveSpectrum(operation, symmetric, rule.spectrum);
  const { values, vectors, exponents: scales } = spectrum;
  completeVectors(spectrum, n);
  const pairs = pairBatches(operation, symmetric.batchShape, right.batchShape);
  const { count } = pairs;
  const size = n * n;
  const sides = gather(right.data, size, count, pairs.b);
  const exponents = new Int32Array(count);
  const isSymmetric: boolean[] = [];
  for (let i = 0; i < count; i++) {
    const side = sides.subarray(i * size, (i + 1) * size);
    exponents[i] = exponentOf(largestMagnitude(side, 0, size));
    scaleRange(side, 0, size, -exponents[i]!);
    isSymmetric.push(symmetricToTheBit(side, n));
  }
  divideByPairSumsBatch(sides, n, count, {
    weights: gather(values.map(rule.weight), n, count, pairs.a),
    vectors: gather(vectors, size, count, pairs.a),
  });
  for (let i = 0; i < count; i++) {
    const solution = sides.subarray(i * size, (i + 1) * size);
    if (isSymmetric[i]) averageWithTranspose(solution, n);
    scaleRange(solution, 0, size, exponents[i]! - scales[pairs.a(i)]! * rule.degree);
  }
  return toResult(operation, sides, [...pairs.batchShape, n, n], commonDType(symmetric, right));
}

/** The blocks of `size` values that each pair takes from `data`. */
function gather(
  data: Float64Array,
  size: number,
  count: number,
  index: (pair: number) => number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(count * size);
  for (let i = 0; i < count; i++) out.set(data.subarray(index(i) * size, (index(i) + 1) * size), i * size);
  return out;
}

function symmetricToTheBit(a: Float64Array, n: number): boolean {
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) if (a[i * n + j] !== a[j * n + i]) return false;
  return true;
}

/** a ← (a + aᵀ)/2. */
export function averageWithTranspose(a: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = (a[i * n + j]! + a[j * n + i]!) / 2;
  }
}
