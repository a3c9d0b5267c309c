import { allBytes, load, store, wholeBytes } from './lanes';

/**
 * Σ xᵢ² in float64: eight sums, one for each i mod 8, added up as a tree. The order does not depend on anything but the length.
 */
export function sumOfSquares(x: usize, length: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  const end = x + allBytes(length);
  const whole = x + (allBytes(length) & ~31);
  for (; x < whole; x += 32) {
    const first = v128.load(x);
    const second = v128.load(x, 16);
    a = addSquares(a, first);
    b = addSquares(b, i64x2.shuffle(first, first, 1, 1));
    c = addSquares(c, second);
    d = addSquares(d, i64x2.shuffle(second, second, 1, 1));
  }
  const pairs = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (; x < end; x += 4) {
    const value = <f64>load_f32(x);
    sum += value * value;
  }
  return sum;
}

function load_f32(pointer: usize): f32 {
  return f32x4.extract_lane(load<f32>(pointer), 0);
}

/** sum + x², for the two low lanes of x. */
function addSquares(sum: v128, x: v128): v128 {
  const wide = f64x2.promote_low_f32x4(x);
  return f64x2.add(sum, f64x2.mul(wide, wide));
}

/** y + factor x into y. */
export function axpy(factor: f32, x: usize, y: usize, length: i32): void {
  const whole = wholeBytes(length);
  blend<v128>(1, y, factor, x, 0, whole);
  blend<f32>(1, y, factor, x, whole, allBytes(length));
}

/** keep average + rate x into average. */
export function movingAverage(keep: f32, average: usize, rate: f32, x: usize, length: i32): void {
  const whole = wholeBytes(length);
  blend<v128>(keep, average, rate, x, 0, whole);
  blend<f32>(keep, average, rate, x, whole, allBytes(length));
}

function blend<T>(keep: f32, y: usize, rate: f32, x: usize, from: usize, to: usize): void {
  for (let at = from; at < to; at += sizeof<T>()) {
    const kept = f32x4.mul(load<T>(y + at), f32x4.splat(keep));
    store<T>(y + at, f32x4.add(kept, f32x4.mul(load<T>(x + at), f32x4.splat(rate))));
  }
}
