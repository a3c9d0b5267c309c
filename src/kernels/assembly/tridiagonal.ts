// Householder tridiagonalisation A = Q T Qᵀ from the last row up (Golub and Van Loan, §8.3.1), on rows padded with zeros, of
// which the lower triangle is read.

const tiny: f64 = 1.1830521861667747e-271; // 2⁻⁹⁰⁰
const upscale: f64 = 3.273390607896142e150; // 2⁵⁰⁰

/**
 * Row i of `reflectors` receives u with H = I − u uᵀ, zero beyond i; `d` and `e` the diagonals of T. The rank-two update
 * A ← A − u qᵀ − q uᵀ of one step and the product A u of the next share one pass over A.
 */
export function tridiagonalize(
  a: usize,
  n: i32,
  stride: usize,
  reflectors: usize,
  d: usize,
  e: usize,
  work: usize,
): void {
  // The update still to be made; at first nothing: both point at zeros.
  let u = reflectors;
  let q = work;
  let p = work + stride;
  for (let i = n - 1; i > 0; i--) {
    const bytes = (<usize>i) << 3;
    const next = reflectors + <usize>i * stride;
    updateRow(a + <usize>i * stride, u, q, bytes, bytes + 8);
    store<f64>(d + bytes, load<f64>(a + <usize>i * stride + bytes));
    memory.copy(next, a + <usize>i * stride, bytes);
    store<f64>(e + bytes - 8, reflector(next, bytes));
    const half = 0.5 * updateAndMultiply(a, stride, bytes, u, q, next, p);
    const halves = f64x2.splat(half);
    let k: usize = 0;
    do {
      v128.store(p + k, f64x2.sub(v128.load(p + k), f64x2.mul(halves, v128.load(next + k))));
      k += 16;
    } while (k < bytes);
    store<f64>(p + bytes, 0);
    u = next;
    const spare = q;
    q = p;
    p = spare;
  }
  updateRow(a, u, q, 0, 8);
  store<f64>(d, load<f64>(a));
}

/** row ← row − uᵢ q − qᵢ u over the first `bytes`. */
function updateRow(row: usize, u: usize, q: usize, at: usize, bytes: usize): void {
  const ui = f64x2.splat(load<f64>(u + at));
  const qi = f64x2.splat(load<f64>(q + at));
  let k: usize = 0;
  do {
    v128.store(row + k, Lanes.updated(row + k, ui, v128.load(q + k), qi, v128.load(u + k)));
    k += 16;
  } while (k < bytes);
}

class Lanes {
  @inline
  static updated(row: usize, ui: v128, q: v128, qi: v128, u: v128): v128 {
    return f64x2.sub(v128.load(row), f64x2.add(f64x2.mul(ui, q), f64x2.mul(qi, u)));
  }
}

/**
 * Updates the leading rows up to the diagonal, two at a time, and p ← A next on the way; returns pᵀ next. What lies below the
 * 2 × 2 blocks on the diagonal counts for its mirror image too.
 */
function updateAndMultiply(a: usize, stride: usize, bytes: usize, u: usize, q: usize, next: usize, p: usize): f64 {
  // An odd last row is paired with the row below, whose update does no harm: its p is multiplied by next = 0.
  for (let at: usize = 0; at < bytes; at += 16, a += 2 * stride) {
    const b = a + stride;
    const ua = v128.load64_splat(u + at);
    const ub = v128.load64_splat(u + at, 8);
    const qa = v128.load64_splat(q + at);
    const qb = v128.load64_splat(q + at, 8);
    const xa = v128.load64_splat(next + at);
    const xb = v128.load64_splat(next + at, 8);
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    let k: usize = 0;
    do {
      const uk = v128.load(u + k);
      const qk = v128.load(q + k);
      const xk = v128.load(next + k);
      const newA = Lanes.updated(a + k, ua, qk, qa, uk);
      const newB = Lanes.updated(b + k, ub, qk, qb, uk);
      v128.store(a + k, newA);
      v128.store(b + k, newB);
      sumA = f64x2.add(sumA, f64x2.mul(newA, xk));
      sumB = f64x2.add(sumB, f64x2.mul(newB, xk));
      v128.store(p + k, f64x2.add(v128.load(p + k), f64x2.add(f64x2.mul(newA, xa), f64x2.mul(newB, xb))));
      k += 16;
    } while (k <= at);
    // What the block on the diagonal added to p is not wanted.
    v128.store(p + at, f64x2.add(v128.shuffle<i64>(sumA, sumB, 0, 2), v128.shuffle<i64>(sumA, sumB, 1, 3)));
  }
  let sums = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    sums = f64x2.add(sums, f64x2.mul(v128.load(p + k), v128.load(next + k)));
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Replaces x by the u of the reflection that maps x to (0, …, 0, e), and returns e; u = 0 where none is needed. */
function reflector(x: usize, bytes: usize): f64 {
  const last = x + bytes - 8;
  let end = load<f64>(last);
  let squares = sumOfSquares(x, bytes);
  let unscale: f64 = 1;
  // Squares near underflow: scale by powers of two, twice at most.
  for (let tries = 0; tries < 2 && squares + end * end < tiny; tries++) {
    scale(x, bytes, upscale);
    unscale /= upscale;
    end *= upscale;
    squares = sumOfSquares(x, bytes);
  }
  if (squares == 0) {
    store<f64>(last, 0);
    return end * unscale;
  }
  squares += end * end;
  const norm = copysign(sqrt(squares), -end);
  store<f64>(last, end - norm);
  scale(x, bytes, 1 / sqrt(squares - end * norm));
  return norm * unscale;
}

/** Of all but the last one. */
function sumOfSquares(x: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  const whole = (bytes - 8) & ~15;
  for (let k: usize = 0; k < whole; k += 16) {
    const value = v128.load(x + k);
    sum = f64x2.add(sum, f64x2.mul(value, value));
  }
  const rest = whole == bytes - 8 ? 0 : load<f64>(x + whole);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest * rest;
}

function scale(x: usize, bytes: usize, factor: f64): void {
  const factors = f64x2.splat(factor);
  let k: usize = 0;
  do {
    v128.store(x + k, f64x2.mul(v128.load(x + k), factors));
    k += 16;
  } while (k < bytes);
}

/**
 * rows ← Qᵀ, grown from the leading block, so that reflection i touches i × i entries. Two reflections at a time: of r (I − u uᵀ)
 * (I − v vᵀ) = r − α u − β v the products α = r u and r v share a pass, and β = r v − α uᵀv. `rows` must be zero, padded below too.
 */
export function accumulate(reflectors: usize, n: i32, stride: usize, rows: usize): void {
  for (let i = 0; i < n; i++) store<f64>(rows + <usize>i * stride + ((<usize>i) << 3), 1);
  // The first is never needed: u₁ = 0.
  for (let i = 2 - (n & 1); i < n; i += 2) {
    const u = reflectors + <usize>i * stride;
    const v = u + stride;
    const bytes = (<usize>(i + 1)) << 3;
    let both = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) both = f64x2.add(both, f64x2.mul(v128.load(u + k), v128.load(v + k)));
    const uv = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    // Rows from i + 1 on are unit vectors beyond the reach of both, or zero: they stay as they are.
    for (let row = rows, end = rows + <usize>(i + 1) * stride; row < end; row += 2 * stride)
      reflectTwo(row, row + stride, u, v, uv, bytes);
  }
}

function reflectTwo(a: usize, b: usize, u: usize, v: usize, uv: f64, bytes: usize): void {
  let au = f64x2.splat(0);
  let av = au;
  let bu = au;
  let bv = au;
  let k: usize = 0;
  do {
    const uk = v128.load(u + k);
    const vk = v128.load(v + k);
    const ak = v128.load(a + k);
    const bk = v128.load(b + k);
    au = f64x2.add(au, f64x2.mul(ak, uk));
    av = f64x2.add(av, f64x2.mul(ak, vk));
    bu = f64x2.add(bu, f64x2.mul(bk, uk));
    bv = f64x2.add(bv, f64x2.mul(bk, vk));
    k += 16;
  } while (k < bytes);
  au = total(au);
  bu = total(bu);
  av = f64x2.sub(total(av), f64x2.mul(au, f64x2.splat(uv)));
  bv = f64x2.sub(total(bv), f64x2.mul(bu, f64x2.splat(uv)));
  k = 0;
  do {
    const uk = v128.load(u + k);
    const vk = v128.load(v + k);
    v128.store(a + k, f64x2.sub(v128.load(a + k), f64x2.add(f64x2.mul(au, uk), f64x2.mul(av, vk))));
    v128.store(b + k, f64x2.sub(v128.load(b + k), f64x2.add(f64x2.mul(bu, uk), f64x2.mul(bv, vk))));
    k += 16;
  } while (k < bytes);
}

/** The sum of both lanes, in both. */
function total(sums: v128): v128 {
  return f64x2.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
}
