// Cholesky factors of matrices as they come, in one pass over each: looked at, scaled, factored, scaled back. What needs more thought
// (asymmetry to average, variances far apart, an error to word) is left to `linalg/cholesky.ts`, whose bits these are.

import { factorPair, mostPaired, pairScratch, writePair } from './one-pass-cholesky-pairs.ts';

/** Bytes from one row of U to the next: a line more than it takes, so that rows do not fall on each other in the cache. */
function strideOf(n: i32): usize {
  return <usize>((((n + 7) & ~7) + 8) << 3);
}

/**
 * L of `count` symmetric n × n matrices. A pivot must exceed tolerances[row] · aᵢᵢ; the largest variance may be `spread` times the
 * least. A row and 64 bytes beyond the last matrix are read. Returns how many were factored: all, or those before the first that is not
 * finite, not symmetric to the bit, too far spread, too large or small for one power of two, or not positive definite.
 */
export function factorBatch(
  a: usize,
  n: i32,
  count: i32,
  tolerances: usize,
  spread: f64,
  factors: usize,
  scratch: usize,
): i32 {
  const size = (<usize>(n * n)) << 3;
  for (let i = 0; i < count; i++, a += size, factors += size) {
    const exponent = exponentOf(a, n, spread);
    if (exponent === unusual) return i;
    if (n <= mostPaired && i + 1 < count) {
      const other = exponentOf(a + size, n, spread);
      const scales = f64x2.replace_lane(f64x2.splat(powerOf2(-exponent)), 1, powerOf2(-other));
      if (other !== unusual && factorPair(a, a + size, n, scales, tolerances, scratch)) {
        const back = f64x2.replace_lane(f64x2.splat(powerOf2(exponent >> 1)), 1, powerOf2(other >> 1));
        writePair(scratch, n, back, factors, factors + size);
        i++;
        a += size;
        factors += size;
        continue;
      }
    }
    if (!factor(a, n, powerOf2(-exponent), tolerances, scratch)) return i;
    writeTransposed(scratch, n, powerOf2(exponent >> 1), factors);
  }
  return count;
}

/** Bytes of scratch for n × n matrices. */
export function factorScratch(n: i32): i32 {
  return max(<i32>(<usize>(n + 1) * strideOf(n)), n <= mostPaired ? pairScratch(n) : 0);
}

/** No exponent: a matrix that needs more thought. */
const unusual: i32 = i32.MAX_VALUE;

/** The even e with 2^e ≤ max|A| < 2^(e + 2). */
function exponentOf(a: usize, n: i32, spread: f64): i32 {
  const exponent = (((<i32>(reinterpret<u64>(symmetricMagnitude(a, n)) >> 52)) & 0x7ff) - 1023) & ~1;
  return exponent < -1000 || exponent > 1000 || !isEven(a, n, spread) ? unusual : exponent;
}

function powerOf2(exponent: i32): f64 {
  return reinterpret<f64>((<u64>(1023 + exponent)) << 52);
}

/** The largest magnitude of a matrix that equals its transpose to the bit; 0 where it does not, or is NaN somewhere. */
function symmetricMagnitude(a: usize, n: i32): f64 {
  const row = (<usize>n) << 3;
  const paired = (<usize>(n & ~1)) << 3;
  let same = f64x2.splat(0);
  same = f64x2.eq(same, same);
  let most = f64x2.splat(0);
  // 8 × 8 entries at a time: those of a column lie on as many cache lines. In bytes.
  for (let top: usize = 0; top < paired; top += 64) {
    const bottom = min(top + 64, paired);
    for (let left: usize = 0; left <= top; left += 64) {
      for (let r = top; r < bottom; r += 16) {
        const last = min(left + 64, r + 16);
        let below = a + (r >> 3) * row + left;
        let beside = a + (left >> 3) * row + r;
        for (let c = left; c < last; c += 16, below += 16, beside += row << 1) {
          const below0 = v128.load(below);
          const below1 = v128.load(below + row);
          const beside0 = v128.load(beside);
          const beside1 = v128.load(beside + row);
          same = v128.and(same, f64x2.eq(below0, v128.shuffle<f64>(beside0, beside1, 0, 2)));
          same = v128.and(same, f64x2.eq(below1, v128.shuffle<f64>(beside0, beside1, 1, 3)));
          // NaN, which this maximum may lose, equals nothing.
          most = f64x2.pmax(most, f64x2.pmax(f64x2.abs(below0), f64x2.abs(below1)));
        }
      }
    }
  }
  let largest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (paired < row) {
    const end = a + paired;
    for (let c: usize = 0, beside = end, below = a + (paired >> 3) * row; c < row; c += 8, beside += row, below += 8) {
      const value = load<f64>(below);
      if (value != load<f64>(beside)) return 0;
      largest = max(largest, abs(value));
    }
  }
  return v128.all_true<i64>(same) ? largest : 0;
}

/** Whether all variances are positive, and none more than `spread` times another. */
function isEven(a: usize, n: i32, spread: f64): bool {
  let least = Infinity;
  let most: f64 = 0;
  const step = (<usize>(n + 1)) << 3;
  for (let i = 0; i < n; i++, a += step) {
    const variance = load<f64>(a);
    if (!(variance > 0)) return false;
    least = min(least, variance);
    most = max(most, variance);
  }
  return !(most / spread > least);
}

/**
 * U = Lᵀ of scale · A, two rows at a time, eight columns at a time: a difference waits for the one before. Every entry subtracts its
 * products in the order k = 0, 1, …, so the bits are those of the textbook loop. Left of the diagonal U is not 0.
 */
function factor(a: usize, n: i32, scale: f64, tolerances: usize, scratch: usize): bool {
  const row = (<usize>n) << 3;
  const stride = strideOf(n);
  const factor = f64x2.splat(scale);
  for (let j: usize = 0, u = scratch; j < row; j += 16, u += stride << 1, a += row << 1) {
    fillRows(a, row, factor, scratch, u, j, stride);
    if (!finishRow(u, j, row, load<f64>(tolerances + j) * (load<f64>(a + j) * scale))) return false;
    if (j + 8 < row) {
      const next = u + stride;
      const product = v128.load64_splat(u + j + 8);
      for (let k = j & ~63; k < row; k += 16) {
        v128.store(next + k, f64x2.sub(v128.load(next + k), f64x2.mul(product, v128.load(u + k))));
      }
      if (!finishRow(next, j + 8, row, load<f64>(tolerances + j + 8) * (load<f64>(a + row + j + 8) * scale)))
        return false;
    }
  }
  return true;
}

/** Rows j and j + 1 of U ← those of the matrix minus the rows of U above, from column j on (and some before it, unused). */
function fillRows(a: usize, row: usize, scale: v128, above: usize, u: usize, j: usize, stride: usize): void {
  const next = u + stride;
  const second = a + row;
  for (let k = j & ~63; k < row; k += 64) {
    let c0 = f64x2.mul(v128.load(a + k), scale);
    let c1 = f64x2.mul(v128.load(a + k, 16), scale);
    let c2 = f64x2.mul(v128.load(a + k, 32), scale);
    let c3 = f64x2.mul(v128.load(a + k, 48), scale);
    let d0 = f64x2.mul(v128.load(second + k), scale);
    let d1 = f64x2.mul(v128.load(second + k, 16), scale);
    let d2 = f64x2.mul(v128.load(second + k, 32), scale);
    let d3 = f64x2.mul(v128.load(second + k, 48), scale);
    for (let x = above; x < u; x += stride) {
      const c = v128.load64_splat(x + j);
      const d = v128.load64_splat(x + j, 8);
      const x0 = v128.load(x + k);
      const x1 = v128.load(x + k, 16);
      c0 = f64x2.sub(c0, f64x2.mul(c, x0));
      d0 = f64x2.sub(d0, f64x2.mul(d, x0));
      c1 = f64x2.sub(c1, f64x2.mul(c, x1));
      d1 = f64x2.sub(d1, f64x2.mul(d, x1));
      const x2 = v128.load(x + k, 32);
      const x3 = v128.load(x + k, 48);
      c2 = f64x2.sub(c2, f64x2.mul(c, x2));
      d2 = f64x2.sub(d2, f64x2.mul(d, x2));
      c3 = f64x2.sub(c3, f64x2.mul(c, x3));
      d3 = f64x2.sub(d3, f64x2.mul(d, x3));
    }
    v128.store(u + k, c0);
    v128.store(u + k, c1, 16);
    v128.store(u + k, c2, 32);
    v128.store(u + k, c3, 48);
    v128.store(next + k, d0);
    v128.store(next + k, d1, 16);
    v128.store(next + k, d2, 32);
    v128.store(next + k, d3, 48);
  }
}

/** Divides a row by the root of its pivot, which must exceed `least`. */
function finishRow(u: usize, j: usize, row: usize, least: f64): bool {
  const pivot = load<f64>(u + j);
  if (!(pivot > least)) return false;
  const root = sqrt(pivot);
  const divisor = f64x2.splat(root);
  for (let k = j & ~15; k < row; k += 16) v128.store(u + k, f64x2.div(v128.load(u + k), divisor));
  store<f64>(u + j, root);
  return true;
}

/** L = scale · Uᵀ, zeros above the diagonal. */
function writeTransposed(u: usize, n: i32, scale: f64, factors: usize): void {
  const row = (<usize>n) << 3;
  const stride = strideOf(n);
  const factor = f64x2.splat(scale);
  for (let k: usize = 0; k < row; k += 16, factors += row << 1) {
    const isPair = k + 8 < row;
    let from = u + k;
    for (let j: usize = 0; j < k; j += 16, from += stride << 1) {
      const above = f64x2.mul(v128.load(from), factor);
      const below = f64x2.mul(v128.load(from + stride), factor);
      v128.store(factors + j, v128.shuffle<f64>(above, below, 0, 2));
      if (isPair) v128.store(factors + row + j, v128.shuffle<f64>(above, below, 1, 3));
    }
    store<f64>(factors + k, load<f64>(from) * scale);
    if (!isPair) return;
    memory.fill(factors + k + 8, 0, row - k - 8);
    store<f64>(factors + row + k, load<f64>(from + 8) * scale);
    store<f64>(factors + row + k + 8, load<f64>(from + stride + 8) * scale);
    memory.fill(factors + row + k + 16, 0, row - k - 16);
  }
}
