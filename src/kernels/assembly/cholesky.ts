/** Float64 slots of scratch that an n × n problem needs. */
export function choleskyScratch(n: i32): i32 {
  return n * rowLength(n);
}

function rowLength(n: i32): i32 {
  return (n + 7) & ~7;
}

/**
 * Lower factors of `count` symmetric n × n matrices; `factors` must be zero. A pivot must exceed tolerances[row] · aᵢᵢ.
 * Returns −1, or the flat number (matrix · n + row) of the first pivot that does not, which then stands in that place on
 * the diagonal of `factors`.
 *
 * Rows of U = Lᵀ are computed eight columns at a time (a difference waits for the one before); every entry subtracts its products in the order k = 0, 1, …, so the
 * bits are those of the textbook loop.
 */
export function choleskyBatch(a: usize, n: i32, count: i32, tolerances: usize, factors: usize, scratch: usize): i32 {
  const row = (<usize>n) << 3;
  const stride = (<usize>rowLength(n)) << 3;
  for (let i = 0; i < count; i++, a += <usize>n * row, factors += <usize>n * row) {
    for (let j: usize = 0, u = scratch; j < row; j += 8, u += stride) {
      const pivot = fillRow(a + <usize>n * j, scratch, u, j, row, stride);
      const enough = pivot > load<f64>(tolerances + j) * load<f64>(a + <usize>n * j + j);
      const root = enough ? sqrt(pivot) : pivot;
      store<f64>(factors + <usize>n * j + j, root);
      if (!enough) return i * n + <i32>(j >> 3);
      for (let k = j + 8; k < row; k += 8) {
        const value = load<f64>(u + k) / root;
        store<f64>(u + k, value);
        store<f64>(factors + <usize>n * k + j, value);
      }
    }
  }
  return -1;
}

/** u ← row j of a minus the rows of U above it, from column j on (and some before it, unused); returns the pivot. */
function fillRow(a: usize, above: usize, u: usize, j: usize, row: usize, stride: usize): f64 {
  const from = j & ~63;
  memory.copy(u + from, a + from, row - from);
  for (let k = from; k < row; k += 64) {
    let c0 = v128.load(u + k);
    let c1 = v128.load(u + k, 16);
    let c2 = v128.load(u + k, 32);
    let c3 = v128.load(u + k, 48);
    for (let x = above; x < u; x += stride) {
      const factor = v128.load64_splat(x + j);
      c0 = f64x2.sub(c0, f64x2.mul(factor, v128.load(x + k)));
      c1 = f64x2.sub(c1, f64x2.mul(factor, v128.load(x + k, 16)));
      c2 = f64x2.sub(c2, f64x2.mul(factor, v128.load(x + k, 32)));
      c3 = f64x2.sub(c3, f64x2.mul(factor, v128.load(x + k, 48)));
    }
    v128.store(u + k, c0);
    v128.store(u + k, c1, 16);
    v128.store(u + k, c2, 32);
    v128.store(u + k, c3, 48);
  }
  return load<f64>(u + j);
}
