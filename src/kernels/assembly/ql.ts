// Implicit QL with Wilkinson's shift on a symmetric tridiagonal matrix (Golub and Van Loan, §8.3.3; LAPACK's dsteqr).

const maxStepsPerEigenvalue = 60;

/** The diagonal `d` becomes the eigenvalues; `e` has n slots; each rotation also turns two of the n `rows`. */
export function implicitQl(d: usize, e: usize, n: i32, rows: usize, stride: usize): bool {
  let norm: f64 = 0;
  const last = (<usize>(n - 1)) << 3;
  for (let i: usize = 0; i <= last; i += 8) norm = max(norm, abs(load<f64>(d + i)) + abs(load<f64>(e + i)));
  // LAPACK's relative test, with a floor far below rounding so that null spaces deflate at once.
  const floor = norm * norm * 4.70197740328915e-38; // 2⁻¹²⁴
  for (let l: usize = 0; l <= last; l += 8) {
    for (let step = 0; ; step++) {
      let m = l;
      while (m < last && !negligible(d + m, e + m, floor)) m += 8;
      if (m == l) break;
      if (step == maxStepsPerEigenvalue) return false;
      sweep(d, e, l, m, rows, stride);
    }
  }
  return true;
}

function negligible(d: usize, e: usize, floor: f64): bool {
  const off = load<f64>(e);
  return off * off <= 1.232595164407831e-32 * abs(load<f64>(d) * load<f64>(d, 8)) + floor; // 2⁻¹⁰⁶
}

/** One sweep over the unreduced block l … m (byte offsets). */
function sweep(d: usize, e: usize, l: usize, m: usize, rows: usize, stride: usize): void {
  const dl = load<f64>(d + l);
  const el = load<f64>(e + l);
  const half = (load<f64>(d + l, 8) - dl) / (2 * el);
  const root = sqrt(half * half + 1);
  let g = load<f64>(d + m) - dl + el / (half + copysign(root, half));
  let s: f64 = 1;
  let c: f64 = 1;
  let shift: f64 = 0;
  let row = rows + (m >> 3) * stride;
  for (let i = m; i > l;) {
    i -= 8;
    row -= stride;
    const ei = load<f64>(e + i);
    const f = s * ei;
    const b = c * ei;
    const r = norm2(f, g);
    store<f64>(e + i, r, 8);
    const below = load<f64>(d + i, 8) - shift;
    if (r == 0) {
      // The bulge vanished: the block splits here.
      store<f64>(d + i, below, 8);
      store<f64>(e + m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    const t = (load<f64>(d + i) - below) * s + 2 * c * b;
    shift = s * t;
    store<f64>(d + i, below + shift, 8);
    g = c * t - b;
    rotate(row, row + stride, stride, c, s);
  }
  store<f64>(d + l, load<f64>(d + l) - shift);
  store<f64>(e + l, g);
  store<f64>(e + m, 0);
}

function norm2(f: f64, g: f64): f64 {
  const r = sqrt(f * f + g * g);
  if (r > 1e-140) return r;
  // Squares may have underflowed; an inexact length would leave (c, s) off the unit circle.
  const largest = max(abs(f), abs(g));
  if (largest == 0) return 0;
  const x = f / largest;
  const y = g / largest;
  return largest * sqrt(x * x + y * y);
}

function rotate(x: usize, y: usize, bytes: usize, c: f64, s: f64): void {
  const cs = f64x2.splat(c);
  const ss = f64x2.splat(s);
  let k: usize = 0;
  do {
    const x0 = v128.load(x + k);
    const y0 = v128.load(y + k);
    const x1 = v128.load(x + k, 16);
    const y1 = v128.load(y + k, 16);
    v128.store(y + k, f64x2.add(f64x2.mul(ss, x0), f64x2.mul(cs, y0)));
    v128.store(x + k, f64x2.sub(f64x2.mul(cs, x0), f64x2.mul(ss, y0)));
    v128.store(y + k, f64x2.add(f64x2.mul(ss, x1), f64x2.mul(cs, y1)), 16);
    v128.store(x + k, f64x2.sub(f64x2.mul(cs, x1), f64x2.mul(ss, y1)), 16);
    k += 32;
  } while (k < bytes);
}
