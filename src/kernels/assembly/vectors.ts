import { allBytes, load, store, wholeBytes } from './lanes';

/** Bytes that float32 sums run over before they are added in float64. */
const block: usize = 4096;

/**
 * Σ xᵢ², each block of 1,024 in float32 (sixteen sums of 64 squares), blocks and what is left of them in float64: within
 * 4e-6 of the truth, at twice the speed of float64. Where squares of that size would overflow or vanish, float64
 * throughout. The order does not depend on anything but the length.
 */
export function sumOfSquares(x: usize, length: i32): f64 {
  const fast = blocksOfSquares(x, length);
  return fast > 1e-20 && fast < 1e37 ? fast : preciseSquares(x, x + allBytes(length));
}

function blocksOfSquares(x: usize, length: i32): f64 {
  const end = x + allBytes(length);
  let sum: f64 = 0;
  while (x + block <= end) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (const stop = x + block; x < stop; x += 64) {
      a = addSquares(a, v128.load(x));
      b = addSquares(b, v128.load(x, 16));
      c = addSquares(c, v128.load(x, 32));
      d = addSquares(d, v128.load(x, 48));
    }
    const lanes = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    sum += <f64>f32x4.extract_lane(lanes, 0) + <f64>f32x4.extract_lane(lanes, 1);
    sum += <f64>f32x4.extract_lane(lanes, 2) + <f64>f32x4.extract_lane(lanes, 3);
  }
  return sum + preciseSquares(x, end);
}

function addSquares(sum: v128, x: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, x));
}

function preciseSquares(x: usize, end: usize): f64 {
  let even: f64 = 0;
  let odd: f64 = 0;
  for (; x + 8 <= end; x += 8) {
    const first = <f64>load_f32(x);
    const second = <f64>load_f32(x + 4);
    even += first * first;
    odd += second * second;
  }
  if (x < end) {
    const last = <f64>load_f32(x);
    even += last * last;
  }
  return even + odd;
}

function load_f32(pointer: usize): f32 {
  return f32x4.extract_lane(load<f32>(pointer), 0);
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

/** 0 for every number closer to 0 than `limit`; NaN stays. */
export function flushBelow(limit: f32, x: usize, length: i32): void {
  const whole = wholeBytes(length);
  flush<v128>(limit, x, 0, whole);
  flush<f32>(limit, x, whole, allBytes(length));
}

function flush<T>(limit: f32, x: usize, from: usize, to: usize): void {
  for (let at = from; at < to; at += sizeof<T>()) {
    const value = load<T>(x + at);
    store<T>(x + at, v128.andnot(value, f32x4.lt(f32x4.abs(value), f32x4.splat(limit))));
  }
}
