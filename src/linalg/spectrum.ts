import { LinearAlgebraError, ValueError } from '../core/index.ts';
import { eighBatch } from '../kernels/index.ts';
import { matrixName } from './matrices.ts';
import { symmetricProductInto } from './products.ts';
import { scaleByPower } from './scaling.ts';
import type { Symmetric } from './symmetric.ts';
import { indefiniteTolerance, supportTolerance } from './thresholds.ts';

/** What a function of a positive semidefinite matrix may be told. */
export interface SpectrumOptions {
  /** Eigenvalues within ±rtol · λmax count as zero, in place of the rules of thresholds.ts. */
  readonly rtol?: number;
}

/** The same with the support rule itself exchangeable. */
export interface SpectrumRule extends SpectrumOptions {
  /** Default `supportTolerance` of the input's element type. */
  readonly support?: (n: number, epsilon: number) => number;
}

/** Eigendecomposition of positive semidefinite matrices at the scale of `Symmetric.data`. */
export interface Spectrum {
  /** [count, n], ascending, all ≥ 0, exactly 0 outside the support. */
  readonly values: Float64Array<ArrayBuffer>;
  /** [count, n, n], columns. */
  readonly vectors: Float64Array<ArrayBuffer>;
  /** [count]: how many values are positive. */
  readonly ranks: Int32Array<ArrayBuffer>;
}

/** @throws LinearAlgebraError naming the matrix and its smallest eigenvalue when one is indefinite */
export function positiveSpectrum(operation: string, symmetric: Symmetric, options: SpectrumRule = {}): Spectrum {
  const { data, rows: n, count } = symmetric;
  const values = new Float64Array(count * n);
  const vectors = new Float64Array(count * n * n);
  eighBatch(data, n, count, values, vectors);
  const ranks = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const own = values.subarray(i * n, (i + 1) * n);
    clipToSupport(operation, symmetric, i, own, options);
    for (let k = 0; k < n; k++) if (own[k]! > 0) ranks[i] = ranks[i]! + 1;
  }
  return { values, vectors, ranks };
}

/** Sets the eigenvalues that count as zero (ascending `values` of matrix `index`, scaled) to zero, and refuses negative ones. */
export function clipToSupport(
  operation: string,
  symmetric: Symmetric,
  index: number,
  values: Float64Array,
  { rtol, support = supportTolerance }: SpectrumRule,
): void {
  if (rtol !== undefined && !(rtol >= 0 && rtol < 1))
    throw new ValueError(`${operation}: rtol is ${rtol}; give [0, 1).`);
  const { rows: n, epsilon, batchShape, exponents } = symmetric;
  if (n === 0) return;
  const smallest = values[0]!;
  const largest = Math.max(Math.abs(smallest), Math.abs(values[n - 1]!));
  const lowest = (rtol ?? indefiniteTolerance(n, epsilon)) * largest;
  if (smallest < -lowest) {
    const exponent = exponents[index]!;
    throw new LinearAlgebraError(
      `${operation}: ${matrixName(batchShape, index)} is not positive semidefinite: its smallest eigenvalue is ` +
        `${rounded(smallest, exponent, 6)}, and rounding explains none below ${rounded(-lowest, exponent, 2)}. ` +
        `nearestPsd gives the closest matrix that is.`,
    );
  }
  const cut = rtol !== undefined ? lowest : isDiagonal(symmetric, index) ? 0 : support(n, epsilon) * largest;
  for (let k = 0; k < n; k++) if (values[k]! <= cut) values[k] = 0;
}

function rounded(value: number, exponent: number, digits: number): number {
  return Number(scaleByPower(value, exponent).toPrecision(digits));
}

/** Whether matrix `index` has no nonzero entry off the diagonal. */
export function isDiagonal({ data, rows: n }: Symmetric, index: number): boolean {
  const start = index * n * n;
  for (let row = 1; row < n; row++) {
    for (let column = 0; column < row; column++) if (data[start + row * n + column] !== 0) return false;
  }
  return true;
}

/** V diag(weights) Vᵀ into `out`, symmetric to the bit. All views of one n × n matrix. */
export function rebuild(vectors: Float64Array, weights: Float64Array, n: number, out: Float64Array): void {
  const weighted = new Float64Array(n * n); // diag(weights) Vᵀ
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) weighted[k * n + i] = vectors[i * n + k]! * weights[k]!;
  symmetricProductInto(vectors, weighted, n, out);
}
