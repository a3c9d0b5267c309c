import { exponentOf, powerOfTwo, scaleByPower } from './powers-of-two.ts';

/**
 * Balances one n × n matrix in place, A ← D⁻¹ A D with D = diag(2^exponents), so that row and column k have norms within
 * a factor of two (Parlett and Reinsch 1969, with the 2-norm stopping rule of James, Langou and Lowery 2014). Powers
 * of two: no rounding. [[1, 1e200], [−1e−200, 1]] becomes [[1, 1], [−1, 1]].
 *
 * @returns the exponents of D
 */
export function balance(a: Float64Array, n: number): Int32Array {
  const exponents = new Int32Array(n);
  const maxSweeps = 64; // a reducible matrix may go on for ever, and may stop anywhere
  for (let sweep = 0, changed = true; changed && sweep < maxSweeps; sweep++) {
    changed = false;
    for (let k = 0; k < n; k++) {
      const column = offDiagonalNorm(a, n, k, n);
      const row = offDiagonalNorm(a, n, k, 1);
      if (column === 0 || row === 0) continue;
      const shift = Math.round((exponentOf(row) - exponentOf(column)) / 2);
      if (Math.abs(shift) < 1 || Math.abs(exponents[k]! + shift) > 1000) continue;
      if (scaleByPower(column, shift) + scaleByPower(row, -shift) >= 0.95 * (column + row)) continue;
      rescale(a, n, k, shift);
      exponents[k] = exponents[k]! + shift;
      changed = true;
    }
  }
  return exponents;
}

/** Column k times 2^shift, row k times 2^−shift. */
function rescale(a: Float64Array, n: number, k: number, shift: number): void {
  for (let i = 0; i < n; i++) {
    if (i === k) continue;
    a[i * n + k] = scaleByPower(a[i * n + k]!, shift);
    a[k * n + i] = scaleByPower(a[k * n + i]!, -shift);
  }
}

/** 2-norm of row k (stride 1) or column k (stride n) without its diagonal entry, safe from overflow. */
function offDiagonalNorm(a: Float64Array, n: number, k: number, stride: number): number {
  const start = stride === 1 ? k * n : k;
  let largest = 0;
  for (let i = 0; i < n; i++) if (i !== k) largest = Math.max(largest, Math.abs(a[start + i * stride]!));
  if (largest === 0) return 0;
  const inverse = powerOfTwo(-Math.max(-1000, Math.min(1000, exponentOf(largest))));
  let sum = 0;
  for (let i = 0; i < n; i++) if (i !== k) sum += (a[start + i * stride]! * inverse) ** 2;
  return Math.sqrt(sum) / inverse;
}
