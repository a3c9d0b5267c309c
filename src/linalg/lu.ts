import { exponentOf, largestMagnitude, scaleByPower, scaleRange } from './powers-of-two.ts';

export interface LuFactors {
  /** Unit lower L below the diagonal, U on and above it, of P B, where A = diag(2^exponents) B has rows of unit size. */
  readonly lu: Float64Array;
  /** Row i of P B is row order[i] of B. */
  readonly order: Int32Array;
  /** det P. */
  readonly parity: 1 | -1;
  /** By row of A, so that no row is lost to underflow beside a large one. */
  readonly exponents: Int32Array;
}

/** LU with partial pivoting of one n × n matrix; a zero column leaves a zero on U's diagonal. */
export function factorizeLu(a: Float64Array, n: number): LuFactors {
  const lu = Float64Array.from(a);
  const exponents = Int32Array.from({ length: n }, (_, i) => exponentOf(largestMagnitude(lu, i * n, (i + 1) * n)));
  for (let i = 0; i < n; i++) scaleRange(lu, i * n, (i + 1) * n, -exponents[i]!);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let parity: 1 | -1 = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]!) > Math.abs(lu[pivot * n + k]!)) pivot = i;
    if (lu[pivot * n + k] === 0) continue;
    if (pivot !== k) {
      swapRows(lu, n, k, pivot);
      [order[k], order[pivot]] = [order[pivot]!, order[k]!];
      parity = parity === 1 ? -1 : 1;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = lu[i * n + k]! / lu[k * n + k]!;
      lu[i * n + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) lu[i * n + j] = lu[i * n + j]! - factor * lu[k * n + j]!;
    }
  }
  return { lu, order, parity, exponents };
}

/** A⁻¹ from its factors, or undefined when U has a zero on the diagonal. */
export function invertLu({ lu, order, exponents }: LuFactors, n: number): Float64Array<ArrayBuffer> | undefined {
  const x = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    if (lu[i * n + i] === 0) return undefined;
    x[i * n + order[i]!] = 1;
  }
  const eliminate = (row: number, from: number): void => {
    const factor = lu[row * n + from]!;
    for (let c = 0; c < n; c++) x[row * n + c] = x[row * n + c]! - factor * x[from * n + c]!;
  };
  for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) eliminate(i, k);
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) eliminate(i, k);
    for (let c = 0; c < n; c++) x[i * n + c] = x[i * n + c]! / lu[i * n + i]!;
  }
  for (let at = 0; at < n * n; at++) x[at] = scaleByPower(x[at]!, -exponents[at % n]!); // A⁻¹ = B⁻¹ diag(2^−exponents)
  return x;
}

function swapRows(a: Float64Array, n: number, i: number, j: number): void {
  for (let k = 0; k < n; k++) {
    const kept = a[i * n + k]!;
    a[i * n + k] = a[j * n + k]!;
    a[j * n + k] = kept;
  }
}
