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
export function mirror(a: usize, stride: usize): void {
  for (let i: usize = 8; i < stride; i += 8) {
    const row = a + (i >> 3) * stride;
    for (let j: usize = 0; j < i; j += 8) store<f64>(a + (j >> 3) * stride + i, load<f64>(row + j));
  }
}

/** out ← a b. Each entry is summed over k = 0, 1, …, whatever the size of the batch. */
export function multiply(a: usize, b: usize, stride: usize, out: usize): void {
  const size = (stride >> 3) * stride;
  for (let row: usize = 0; row < size; row += 4 * stride) {
    for (let column: usize = 0; column < stride; column += 32) block(a + row, b + column, stride, out + row + column);
  }
}

/** Four rows of a times four columns of b. */
function block(a: usize, b: usize, stride: usize, out: usize): void {
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
  for (let k: usize = 0; k < stride; k += 8, b += stride) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const x0 = v128.load64_splat(a + k);
    const x1 = v128.load64_splat(a1 + k);
    const x2 = v128.load64_splat(a2 + k);
    const x3 = v128.load64_splat(a3 + k);
    s0 = f64x2.add(s0, f64x2.mul(x0, left));
    t0 = f64x2.add(t0, f64x2.mul(x0, right));
    s1 = f64x2.add(s1, f64x2.mul(x1, left));
    t1 = f64x2.add(t1, f64x2.mul(x1, right));
    s2 = f64x2.add(s2, f64x2.mul(x2, left));
    t2 = f64x2.add(t2, f64x2.mul(x2, right));
    s3 = f64x2.add(s3, f64x2.mul(x3, left));
    t3 = f64x2.add(t3, f64x2.mul(x3, right));
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
