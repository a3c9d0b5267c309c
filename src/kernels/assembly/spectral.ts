import { mirror, multiply, narrow, pad, paddedLength, transpose, unpad } from './squares';

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
  const padded = inner + 2 * size;
  if (n & 3) memory.fill(scratch, 0, 5 * size + stride); // what pads
  for (let i = 0; i < count; i++) {
    pad(vectors, n, stride, v);
    transpose(v, stride, vt);
    pad(e, n, stride, inner);
    memory.copy(padded, weights, (<usize>n) << 3);
    divideInEigenbasis<f64>(v, vt, padded, stride, 0, false, inner, inner + size);
    unpad(inner, n, stride, e);
    vectors += (<usize>(n * n)) << 3;
    e += (<usize>(n * n)) << 3;
    weights += (<usize>n) << 3;
  }
}

/**
 * S = V diag(w) Vᵀ with w = √λ, then one Newton step S ← S + X, S X + X S = A − S S, for each matrix; X leaves out pairs
 * with wᵢ + wⱼ ≤ floor · wₙ₋₁. Symmetric to the bit. X is some 20 roundings of S, so float32 is precise enough for it.
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
  const half = size >> 1;
  const v = scratch;
  const vt = v + size;
  const s = vt + size;
  const x = s + size;
  const weights = x + size;
  // The same in float32; x in the room that vt leaves, which is wholly overwritten for the next matrix.
  const v32 = weights + stride;
  const vt32 = v32 + half;
  const x32 = vt;
  if (n & 3) memory.fill(scratch, 0, 5 * size + stride); // what pads
  for (let i = 0; i < count; i++) {
    for (let k: usize = 0; k < (<usize>n) << 3; k += 8) store<f64>(weights + k, sqrt(load<f64>(values + k)));
    pad(vectors, n, stride, v);
    transpose(v, stride, vt);
    for (let at: usize = 0; at < size; at += stride) {
      for (let k: usize = 0; k < stride; k += 16) {
        v128.store(x + at + k, f64x2.mul(v128.load(v + at + k), v128.load(weights + k)));
      }
    }
    multiply<f64>(x, vt, stride, s, true);
    mirror<f64>(s, stride);
    multiply<f64>(s, s, stride, x, true);
    const unit = powerOfTwoBelow(subtractFrom(a, n, stride, x));
    if (unit > 0) {
      const cut = <f32>(floor * load<f64>(weights + ((<usize>(n - 1)) << 3)));
      narrow(v, size, 1, v32);
      narrow(vt, size, 1, vt32);
      narrow(x, size, 1 / unit, x32);
      mirror<f32>(x32, stride >> 1);
      narrow(weights, stride, 1, weights);
      divideInEigenbasis<f32>(v32, vt32, weights, stride >> 1, cut, true, x32, x);
      for (let at: usize = 0; at < size; at += 16) {
        const step = f64x2.promote_low_f32x4(v128.load64_zero(x32 + (at >> 1)));
        v128.store(s + at, f64x2.add(v128.load(s + at), f64x2.mul(step, f64x2.splat(unit))));
      }
      mirror<f64>(s, stride);
    }
    unpad(s, n, stride, roots);
    a += (<usize>(n * n)) << 3;
    vectors += (<usize>(n * n)) << 3;
    roots += (<usize>(n * n)) << 3;
    values += (<usize>n) << 3;
  }
}

/** x ← a − x on and below the diagonal, for packed a and padded x, which is 0 elsewhere; returns the largest magnitude. */
function subtractFrom(a: usize, n: i32, stride: usize, x: usize): f64 {
  const row = (<usize>n) << 3;
  let largest = f64x2.splat(0);
  for (let end: usize = 8; end <= row; end += 8, a += row, x += stride) {
    let k: usize = 0;
    for (; k + 16 <= end; k += 16) {
      const rest = f64x2.sub(v128.load(a + k), v128.load(x + k));
      v128.store(x + k, rest);
      largest = f64x2.pmax(largest, f64x2.abs(rest));
    }
    if (k < end) {
      const rest = load<f64>(a + k) - load<f64>(x + k);
      store<f64>(x + k, rest);
      largest = f64x2.pmax(largest, f64x2.splat(abs(rest)));
    }
  }
  return max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
}

/** 2ᵏ ≤ x < 2ᵏ⁺¹; 0 for what is as good as 0 beside entries of moderate size, and has no such power or no reciprocal of it. */
function powerOfTwoBelow(x: f64): f64 {
  const power = reinterpret<f64>(reinterpret<u64>(x) & 0x7ff0000000000000);
  return power > 1e-300 ? power : 0;
}

/** e ← V [(Vᵀ e V) ⊘ (wᵢ + wⱼ)] Vᵀ, 0 where the sum is not above `cut`; of a symmetric e on and below the diagonal only. */
function divideInEigenbasis<T>(
  v: usize,
  vt: usize,
  weights: usize,
  stride: usize,
  cut: T,
  symmetric: bool,
  e: usize,
  spare: usize,
): void {
  multiply<T>(vt, e, stride, spare);
  multiply<T>(spare, v, stride, e, symmetric);
  if (symmetric) mirror<T>(e, stride);
  const cuts = v128.splat<T>(cut);
  for (let i: usize = 0, at = e; i < stride; i += sizeof<T>(), at += stride) {
    const wi = v128.load_splat<T>(weights + i);
    for (let j: usize = 0; j < stride; j += 16) {
      const sums = v128.add<T>(wi, v128.load(weights + j));
      v128.store(at + j, v128.and(v128.div<T>(v128.load(at + j), sums), v128.gt<T>(sums, cuts)));
    }
  }
  multiply<T>(v, e, stride, spare);
  multiply<T>(spare, vt, stride, e, symmetric);
}
