// Householder tridiagonalisation A = Q T Qᵀ from the last row up (Golub and Van Loan, §8.3.1), on rows padded with zeros.

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
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(p + k, f64x2.sub(v128.load(p + k), f64x2.mul(halves, v128.load(next + k))));
    }
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
  for (let k: usize = 0; k < bytes; k += 16)
    v128.store(row + k, updated(row + k, ui, v128.load(q + k), qi, v128.load(u + k)));
}

function updated(row: usize, ui: v128, q: v128, qi: v128, u: v128): v128 {
  return f64x2.sub(v128.load(row), f64x2.add(f64x2.mul(ui, q), f64x2.mul(qi, u)));
}

/** Updates the leading rows, two at a time, and p ← A next on the way; returns pᵀ next. */
function updateAndMultiply(a: usize, stride: usize, bytes: usize, u: usize, q: usize, next: usize, p: usize): f64 {
  let total = f64x2.splat(0);
  // An odd last row is paired with the row below, whose update does no harm: its p is multiplied by next = 0.
  for (let at: usize = 0; at < bytes; at += 16, a += 2 * stride) {
    const b = a + stride;
    const ua = v128.load64_splat(u + at);
    const ub = v128.load64_splat(u + at, 8);
    const qa = v128.load64_splat(q + at);
    const qb = v128.load64_splat(q + at, 8);
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const uk = v128.load(u + k);
      const qk = v128.load(q + k);
      const xk = v128.load(next + k);
      const newA = updated(a + k, ua, qk, qa, uk);
      const newB = updated(b + k, ub, qk, qb, uk);
      v128.store(a + k, newA);
      v128.store(b + k, newB);
      sumA = f64x2.add(sumA, f64x2.mul(newA, xk));
      sumB = f64x2.add(sumB, f64x2.mul(newB, xk));
    }
    const sums = f64x2.add(i64x2.shuffle(sumA, sumB, 0, 2), i64x2.shuffle(sumA, sumB, 1, 3));
    v128.store(p + at, sums);
    total = f64x2.add(total, f64x2.mul(sums, v128.load(next + at)));
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
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
  for (let k: usize = 0; k < bytes; k += 16) v128.store(x + k, f64x2.mul(v128.load(x + k), f64x2.splat(factor)));
}

/** rows ← Qᵀ, grown from the leading block, so that reflection i touches i × i entries. `rows` must be zero. */
export function accumulate(reflectors: usize, n: i32, stride: usize, rows: usize): void {
  for (let i = 0; i < n; i++) store<f64>(rows + <usize>i * stride + ((<usize>i) << 3), 1);
  for (let i = 2; i < n; i++) {
    const u = reflectors + <usize>i * stride;
    const bytes = (<usize>i) << 3;
    for (let row = rows, end = rows + <usize>i * stride; row < end; row += 2 * stride)
      reflectTwo(row, row + stride, u, bytes);
  }
}

/** Reflects two rows. Where i is odd, the second may be row i, a unit vector beyond u's reach: it stays as it is. */
function reflectTwo(a: usize, b: usize, u: usize, bytes: usize): void {
  let sumA = f64x2.splat(0);
  let sumB = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const uk = v128.load(u + k);
    sumA = f64x2.add(sumA, f64x2.mul(v128.load(a + k), uk));
    sumB = f64x2.add(sumB, f64x2.mul(v128.load(b + k), uk));
  }
  const dotA = f64x2.splat(f64x2.extract_lane(sumA, 0) + f64x2.extract_lane(sumA, 1));
  const dotB = f64x2.splat(f64x2.extract_lane(sumB, 0) + f64x2.extract_lane(sumB, 1));
  for (let k: usize = 0; k < bytes; k += 16) {
    const uk = v128.load(u + k);
    v128.store(a + k, f64x2.sub(v128.load(a + k), f64x2.mul(dotA, uk)));
    v128.store(b + k, f64x2.sub(v128.load(b + k), f64x2.mul(dotB, uk)));
  }
}
