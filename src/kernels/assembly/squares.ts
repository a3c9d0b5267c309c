// n × n matrices in scratch: rows padded with zeros to a multiple of four, and zero rows below up to as many, so that
// products work on whole 4 × 4 blocks.

export function paddedLength(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Copies a packed n × n matrix into a padded one, which must be zero. */
export function pad(from: usize, n: i32, stride: usize, to: usize): void {
  const row = (<usize>n) << 3;
  for (const end = from + <usize>n * row; from < end; from += row, to += stride) memory.copy(to, from, row);
}

export function unpad(from: usize, n: i32, stride: usize, to: usize): void {
  const row = (<usize>n) << 3;
  for (const end = to + <usize>n * row; to < end; to += row, from += stride) memory.copy(to, from, row);
}

export function transpose(from: usize, stride: usize, to: usize): void {
  for (let i: usize = 0; i < stride; i += 8) {
    let source = from + (i >> 3) * stride;
    for (let at = to + i, end = at + (stride >> 3) * stride; at < end; at += stride, source += 8) {
      store<f64>(at, load<f64>(source));
    }
  }
}

/** The lower triangle onto the upper one. */
export function mirror<T>(a: usize, stride: usize): void {
  let row = a;
  for (let i: usize = 0; i < stride; i += sizeof<T>(), row += stride) {
    for (let j: usize = 0, to = a + i; j < i; j += sizeof<T>(), to += stride) store<T>(to, load<T>(row + j));
  }
}

/** float64 to float32, times `factor`. */
export function narrow(from: usize, bytes: usize, factor: f64, to: usize): void {
  const factors = f64x2.splat(factor);
  for (const end = from + bytes; from < end; from += 32, to += 16) {
    const left = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from), factors));
    const right = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from, 16), factors));
    v128.store(to, v128.shuffle<i64>(left, right, 0, 2));
  }
}

/**
 * out ← a b, of float64 (T = f64) or float32. With `lower`, only the blocks that hold the diagonal or lie below it. Each entry
 * is summed over k = 0, 1, …, whatever the size of the batch.
 */
export function multiply<T>(a: usize, b: usize, stride: usize, out: usize, lower: bool = false): void {
  const rows = <i32>(stride / sizeof<T>());
  for (let row = 0; row < rows; row += 4) {
    const limit = lower ? <usize>(row + 4) * sizeof<T>() : stride;
    let column: usize = 0;
    for (; column + 32 <= limit; column += 32) block<T>(a, b + column, stride, out + column);
    if (sizeof<T>() == 4 && column < limit) narrowBlock(a, b + column, stride, out + column);
    a += 4 * stride;
    out += 4 * stride;
  }
}

/** Four rows of a times 32 bytes of b's columns. */
function block<T>(a: usize, b: usize, stride: usize, out: usize): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  let s0 = f64x2.splat(0);
  let t0 = s0;
  let s1 = s0;
  let t1 = s0;
  let s2 = s0;
  let t2 = s0;
  let s3 = s0;
  let t3 = s0;
  for (let k: usize = 0; k < stride; k += sizeof<T>(), b += stride) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const x0 = v128.load_splat<T>(a + k);
    const x1 = v128.load_splat<T>(a1 + k);
    const x2 = v128.load_splat<T>(a2 + k);
    const x3 = v128.load_splat<T>(a3 + k);
    s0 = v128.add<T>(s0, v128.mul<T>(x0, left));
    t0 = v128.add<T>(t0, v128.mul<T>(x0, right));
    s1 = v128.add<T>(s1, v128.mul<T>(x1, left));
    t1 = v128.add<T>(t1, v128.mul<T>(x1, right));
    s2 = v128.add<T>(s2, v128.mul<T>(x2, left));
    t2 = v128.add<T>(t2, v128.mul<T>(x2, right));
    s3 = v128.add<T>(s3, v128.mul<T>(x3, left));
    t3 = v128.add<T>(t3, v128.mul<T>(x3, right));
  }
  v128.store(out, s0);
  v128.store(out, t0, 16);
  v128.store(out + stride, s1);
  v128.store(out + stride, t1, 16);
  out += 2 * stride;
  v128.store(out, s2);
  v128.store(out, t2, 16);
  v128.store(out + stride, s3);
  v128.store(out + stride, t3, 16);
}

/** Four rows of a times four columns of b, of float32. */
function narrowBlock(a: usize, b: usize, stride: usize, out: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (const end = a + stride; a < end; a += 4, b += stride) {
    const column = v128.load(b);
    s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a), column));
    s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a + stride), column));
    s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a + 2 * stride), column));
    s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a + 3 * stride), column));
  }
  v128.store(out, s0);
  v128.store(out + stride, s1);
  v128.store(out + 2 * stride, s2);
  v128.store(out + 3 * stride, s3);
}
