/** A = Q T Qᵀ with T upper Hessenberg, by Householder reflections (Golub and Van Loan, §7.4.2). */
export function hessenberg(a: Float64Array, n: number): { t: Float64Array<ArrayBuffer>; q: Float64Array<ArrayBuffer> } {
  const t = Float64Array.from(a);
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const v = new Float64Array(n);
  for (let column = 0; column < n - 2; column++) {
    if (!reflector(t, n, column, v)) continue;
    applyLeft(t, n, column, v);
    applyRight(t, n, column + 1, v);
    applyRight(q, n, column + 1, v);
    for (let i = column + 2; i < n; i++) t[i * n + column] = 0;
  }
  return { t, q };
}

/** v with I − v vᵀ mapping the part of the column below its diagonal to a multiple of e₁; false when it already is one. */
function reflector(t: Float64Array, n: number, column: number, v: Float64Array): boolean {
  const first = column + 1;
  let scale = 0;
  for (let i = first + 1; i < n; i++) scale = Math.max(scale, Math.abs(t[i * n + column]!));
  if (scale === 0) return false;
  scale = Math.max(scale, Math.abs(t[first * n + column]!));
  let squares = 0;
  for (let i = first; i < n; i++) {
    v[i] = t[i * n + column]! / scale;
    squares += v[i]! * v[i]!;
  }
  const norm = v[first]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const h = Math.sqrt(squares - v[first]! * norm);
  v[first] = v[first]! - norm;
  for (let i = first; i < n; i++) v[i] = v[i]! / h;
  return true;
}

/** T ← (I − v vᵀ) T, columns from `column` on. */
function applyLeft(t: Float64Array, n: number, column: number, v: Float64Array): void {
  const sums = new Float64Array(n);
  for (let i = column + 1; i < n; i++) for (let j = column; j < n; j++) sums[j] = sums[j]! + v[i]! * t[i * n + j]!;
  for (let i = column + 1; i < n; i++) for (let j = column; j < n; j++) t[i * n + j] = t[i * n + j]! - v[i]! * sums[j]!;
}

/** M ← M (I − v vᵀ), v nonzero from `first` on. */
function applyRight(m: Float64Array, n: number, first: number, v: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = first; j < n; j++) sum += m[i * n + j]! * v[j]!;
    for (let j = first; j < n; j++) m[i * n + j] = m[i * n + j]! - sum * v[j]!;
  }
}
