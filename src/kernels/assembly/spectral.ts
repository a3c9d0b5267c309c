import { mirror, multiply, pad, paddedLength, transpose, unpad } from './squares';

// Functions of symmetric matrices whose eigenvectors V (columns) and eigenvalues are known.

/** Float64 slots of scratch for both functions. */
export function spectralScratch(n: i32): i32 {
  return (5 * paddedLength(n) + 1) * paddedLength(n);
}

/** e ← V [(Vᵀ e V) ⊘ (wᵢ + wⱼ)] Vᵀ for each matrix; 0 where the sum is not above 0. */
export function divideByPairSumsBatch(
  vectors: usize,
  weights: usize,
  n: i32,
  count: i32,
  e: usize,
  scratch: usize,
): void {
  const stride = (<usize>paddedLength(n)) << 3;
  const size = (stride >> 3) * stride;
  const v = scratch;
  const vt = v + size;
  const inner = vt + size;
  memory.fill(scratch, 0, 5 * size);
  for (let i = 0; i < count; i++) {
    pad(vectors, n, stride, v);
    transpose(v, stride, vt);
    pad(e, n, stride, inner);
    divideInEigenbasis(v, vt, weights, n, stride, 0, inner, inner + size);
    unpad(inner, n, stride, e);
    vectors += (<usize>(n * n)) << 3;
    e += (<usize>(n * n)) << 3;
    weights += (<usize>n) << 3;
  }
}

/**
 * S = V diag(w) Vᵀ with w = √λ, then one Newton step S ← S + X, S X + X S = A − S S, for each matrix; X leaves out pairs
 * with wᵢ + wⱼ ≤ floor · wₙ₋₁. Symmetric to the bit.
 */
export function positiveRootBatch(
  a: usize,
  values: usize,
  vectors: usize,
  n: i32,
  count: i32,
  floor: f64,
  roots: usize,
  scratch: usize,
): void {
  const stride = (<usize>paddedLength(n)) << 3;
  const size = (stride >> 3) * stride;
  const v = scratch;
  const vt = v + size;
  const s = vt + size;
  const x = s + size;
  const weights = x + 2 * size;
  memory.fill(scratch, 0, 5 * size + stride);
  for (let i = 0; i < count; i++) {
    for (let k: usize = 0; k < (<usize>n) << 3; k += 8) store<f64>(weights + k, sqrt(load<f64>(values + k)));
    pad(vectors, n, stride, v);
    transpose(v, stride, vt);
    for (let at: usize = 0; at < size; at += stride) {
      for (let k: usize = 0; k < stride; k += 16) {
        v128.store(x + at + k, f64x2.mul(v128.load(v + at + k), v128.load(weights + k)));
      }
    }
    multiply(x, vt, stride, s);
    mirror(s, stride);
    multiply(s, s, stride, x);
    subtractFrom(a, n, stride, x);
    const cut = floor * load<f64>(weights + ((<usize>(n - 1)) << 3));
    divideInEigenbasis(v, vt, weights, n, stride, cut, x, x + size);
    mirror(x, stride);
    for (let at: usize = 0; at < size; at += 16) {
      v128.store(s + at, f64x2.add(v128.load(s + at), v128.load(x + at)));
    }
    unpad(s, n, stride, roots);
    a += (<usize>(n * n)) << 3;
    vectors += (<usize>(n * n)) << 3;
    roots += (<usize>(n * n)) << 3;
    values += (<usize>n) << 3;
  }
}

/** x ← a − x for packed a and padded x. */
function subtractFrom(a: usize, n: i32, stride: usize, x: usize): void {
  const row = (<usize>n) << 3;
  for (const end = a + <usize>n * row; a < end; a += row, x += stride) {
    for (let k: usize = 0; k < row; k += 8) store<f64>(x + k, load<f64>(a + k) - load<f64>(x + k));
  }
}

function divideInEigenbasis(
  v: usize,
  vt: usize,
  weights: usize,
  n: i32,
  stride: usize,
  cut: f64,
  e: usize,
  spare: usize,
): void {
  multiply(vt, e, stride, spare);
  multiply(spare, v, stride, e);
  const row = (<usize>n) << 3;
  for (let i: usize = 0, at = e; i < row; i += 8, at += stride) {
    const wi = load<f64>(weights + i);
    for (let j: usize = 0; j < row; j += 8) {
      const sum = wi + load<f64>(weights + j);
      store<f64>(at + j, sum > cut ? load<f64>(at + j) / sum : 0);
    }
  }
  multiply(v, e, stride, spare);
  multiply(spare, vt, stride, e);
}
