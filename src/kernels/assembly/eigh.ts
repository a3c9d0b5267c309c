import { solve2 } from './eigh2';
import { pad, paddedLength } from './squares';
import { accumulate, tridiagonalize } from './tridiagonal';
import { implicitQl } from './ql';

// Symmetric eigenproblems, one matrix after another: a batch and a loop run the same instructions on each matrix. Inside a
// matrix every inner loop runs along rows that are padded with zeros to a multiple of four, so none has a remainder.

/** Float64 slots of scratch that an n × n problem needs. */
export function eighScratch(n: i32): i32 {
  return (3 * paddedLength(n) + 4) * paddedLength(n);
}

/**
 * Eigenvalues (ascending) and eigenvectors (columns) of `count` symmetric n × n matrices. Returns −1, or the index of the
 * first matrix that is not finite or whose iteration did not converge.
 */
export function eighBatch(a: usize, n: i32, count: i32, values: usize, vectors: usize, scratch: usize): i32 {
  const entries = (<usize>(n * n)) << 3;
  for (let i = 0; i < count; i++) {
    if (!allFinite(a, entries)) return i;
    if (n == 2) solve2(a, values, vectors);
    else if (!solve(a, n, values, vectors, scratch)) return i;
    a += entries;
    vectors += entries;
    values += (<usize>n) << 3;
  }
  return -1;
}

/** x · 0 is 0 for every finite x, NaN otherwise. */
function allFinite(a: usize, bytes: usize): bool {
  let sums = f64x2.splat(0);
  const whole = a + (bytes & ~15);
  const last = a + bytes - 8;
  for (; a < whole; a += 16) sums = f64x2.add(sums, f64x2.mul(v128.load(a), f64x2.splat(0)));
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + load<f64>(last) * 0 == 0;
}

function solve(a: usize, n: i32, values: usize, vectors: usize, scratch: usize): bool {
  const stride = (<usize>paddedLength(n)) << 3;
  const size = (stride >> 3) * stride;
  const work = scratch;
  const reflectors = work + size;
  const rows = reflectors + size;
  const d = rows + size;
  const e = d + stride;
  memory.fill(scratch, 0, 3 * size + 4 * stride);
  pad(a, n, stride, work);
  tridiagonalize(work, n, stride, reflectors, d, e, e + stride);
  accumulate(reflectors, n, stride, rows);
  if (!implicitQl(d, e, n, rows, stride)) return false;
  sortInto(d, rows, n, stride, values, vectors);
  return true;
}

/** Selects the smallest eigenvalue left, n times: its row becomes the next column. */
function sortInto(d: usize, rows: usize, n: i32, stride: usize, values: usize, vectors: usize): void {
  const row = (<usize>n) << 3;
  for (let j = 0; j < n; j++) {
    let best = 0;
    let least = f64.POSITIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const value = load<f64>(d + ((<usize>i) << 3));
      if (value < least) {
        least = value;
        best = i;
      }
    }
    store<f64>(d + ((<usize>best) << 3), f64.POSITIVE_INFINITY);
    store<f64>(values + ((<usize>j) << 3), least);
    let from = rows + <usize>best * stride;
    for (let to = vectors + ((<usize>j) << 3), end = to + <usize>n * row; to < end; to += row, from += 8) {
      store<f64>(to, load<f64>(from));
    }
  }
}
