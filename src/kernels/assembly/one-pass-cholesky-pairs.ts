// Factors of two matrices at once: every vector has an entry of the one and the same entry of the other. The lanes never meet, so each has
// the bits that it has alone. Alone a small triangle leaves most of a row's vectors empty: n = 8 takes half the time so, 32 three quarters.

/** From here on nothing is gained: the vectors of a row are full enough. */
export const mostPaired: i32 = 96;

/** Bytes from one row of U to the next: 16 an entry, four entries a block, a line more so that rows do not fall on each other in the cache. */
function strideOf(n: i32): usize {
  return ((<usize>((n + 3) & ~3)) << 4) + 64;
}

/** Bytes of scratch: a row more for the second of a last pair. */
export function pairScratch(n: i32): i32 {
  return <i32>(<usize>(n + 1) * strideOf(n));
}

/**
 * U = Lᵀ of s₀ · A₀ and s₁ · A₁, in one: entry (j, k) of both stands at 16 (stride · j + k). Two rows at a time, four columns at a time; every
 * entry subtracts its products in the order k = 0, 1, …. Left of the diagonal U is not 0.
 *
 * @returns whether all pivots of both exceed tolerances[row] · aᵢᵢ
 */
export function factorPair(a: usize, b: usize, n: i32, scale: v128, tolerances: usize, scratch: usize): bool {
  const row = (<usize>n) << 3;
  const stride = strideOf(n);
  for (let j: usize = 0, u = scratch; j < row; j += 16, u += stride << 1, a += row << 1, b += row << 1) {
    fillRows(a, b, row, scale, scratch, u, j, stride);
    if (!finishRow(u, j, row, least(a, b, j, scale, tolerances))) return false;
    if (j + 8 < row) {
      const next = u + stride;
      const product = v128.load(u + (j << 1) + 16);
      for (let k = (j + 8) << 1; k < row << 1; k += 16) {
        v128.store(next + k, f64x2.sub(v128.load(next + k), f64x2.mul(product, v128.load(u + k))));
      }
      if (!finishRow(next, j + 8, row, least(a + row, b + row, j + 8, scale, tolerances))) return false;
    }
  }
  return true;
}

/** What the pivots of row j must exceed. */
function least(a: usize, b: usize, j: usize, scale: v128, tolerances: usize): v128 {
  const variances = v128.load64_lane(b + j, v128.load64_zero(a + j), 1);
  return f64x2.mul(v128.load64_splat(tolerances + j), f64x2.mul(variances, scale));
}

/** Rows j and j + 1 of U ← those of the matrices minus the rows of U above, from column j on (and some before it, unused). */
function fillRows(a: usize, b: usize, row: usize, scale: v128, above: usize, u: usize, j: usize, stride: usize): void {
  const next = u + stride;
  const factors = j << 1;
  for (let k = j & ~31; k < row; k += 32) {
    const at = k << 1;
    let x = v128.load(a + k);
    let y = v128.load(b + k);
    let c0 = f64x2.mul(v128.shuffle<f64>(x, y, 0, 2), scale);
    let c1 = f64x2.mul(v128.shuffle<f64>(x, y, 1, 3), scale);
    x = v128.load(a + k, 16);
    y = v128.load(b + k, 16);
    let c2 = f64x2.mul(v128.shuffle<f64>(x, y, 0, 2), scale);
    let c3 = f64x2.mul(v128.shuffle<f64>(x, y, 1, 3), scale);
    x = v128.load(a + row + k);
    y = v128.load(b + row + k);
    let d0 = f64x2.mul(v128.shuffle<f64>(x, y, 0, 2), scale);
    let d1 = f64x2.mul(v128.shuffle<f64>(x, y, 1, 3), scale);
    x = v128.load(a + row + k, 16);
    y = v128.load(b + row + k, 16);
    let d2 = f64x2.mul(v128.shuffle<f64>(x, y, 0, 2), scale);
    let d3 = f64x2.mul(v128.shuffle<f64>(x, y, 1, 3), scale);
    for (let from = above; from < u; from += stride) {
      const c = v128.load(from + factors);
      const d = v128.load(from + factors, 16);
      const x0 = v128.load(from + at);
      const x1 = v128.load(from + at, 16);
      c0 = f64x2.sub(c0, f64x2.mul(c, x0));
      d0 = f64x2.sub(d0, f64x2.mul(d, x0));
      c1 = f64x2.sub(c1, f64x2.mul(c, x1));
      d1 = f64x2.sub(d1, f64x2.mul(d, x1));
      const x2 = v128.load(from + at, 32);
      const x3 = v128.load(from + at, 48);
      c2 = f64x2.sub(c2, f64x2.mul(c, x2));
      d2 = f64x2.sub(d2, f64x2.mul(d, x2));
      c3 = f64x2.sub(c3, f64x2.mul(c, x3));
      d3 = f64x2.sub(d3, f64x2.mul(d, x3));
    }
    v128.store(u + at, c0);
    v128.store(u + at, c1, 16);
    v128.store(u + at, c2, 32);
    v128.store(u + at, c3, 48);
    v128.store(next + at, d0);
    v128.store(next + at, d1, 16);
    v128.store(next + at, d2, 32);
    v128.store(next + at, d3, 48);
  }
}

/** Divides a row by the roots of its pivots, which must exceed `least`. */
function finishRow(u: usize, j: usize, row: usize, least: v128): bool {
  const pivots = v128.load(u + (j << 1));
  if (!v128.all_true<i64>(f64x2.gt(pivots, least))) return false;
  const roots = f64x2.sqrt(pivots);
  v128.store(u + (j << 1), roots);
  for (let k = (j + 8) << 1; k < row << 1; k += 16) v128.store(u + k, f64x2.div(v128.load(u + k), roots));
  return true;
}

/** L = scale · Uᵀ of each, zeros above the diagonal. */
export function writePair(u: usize, n: i32, scale: v128, first: usize, second: usize): void {
  const row = (<usize>n) << 3;
  const stride = strideOf(n);
  for (let k: usize = 0; k < row; k += 8, first += row, second += row) {
    let from = u + (k << 1);
    let j: usize = 0;
    for (; j + 8 <= k; j += 16, from += stride << 1) {
      const left = f64x2.mul(v128.load(from), scale);
      const right = f64x2.mul(v128.load(from + stride), scale);
      v128.store(first + j, v128.shuffle<f64>(left, right, 0, 2));
      v128.store(second + j, v128.shuffle<f64>(left, right, 1, 3));
    }
    if (j === k) {
      const last = f64x2.mul(v128.load(from), scale);
      store<f64>(first + j, f64x2.extract_lane(last, 0));
      store<f64>(second + j, f64x2.extract_lane(last, 1));
      j += 8;
    }
    clear(first + j, first + row);
    clear(second + j, second + row);
  }
}

/** Zeros for the few numbers of a short row: a call of `memory.fill` would take longer. */
function clear(start: usize, end: usize): void {
  if ((end - start) & 8) {
    store<f64>(start, 0);
    start += 8;
  }
  for (; start < end; start += 16) v128.store(start, f64x2.splat(0));
}
