// Values of pictures, sixteen at a time: `count` is a multiple of 16.

/** byte / 255 as float32. */
export function fractions(bytes: usize, out: usize, count: i32): void {
  const scale = f32x4.splat(255);
  for (const end = bytes + <usize>count; bytes < end; bytes += 16, out += 64) {
    const all = v128.load(bytes);
    const low = i16x8.extend_low_i8x16_u(all);
    const high = i16x8.extend_high_i8x16_u(all);
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), scale));
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), scale), 16);
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), scale), 32);
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), scale), 48);
  }
}

/** 1 where x reaches the limit, else 0, in place. */
export function threshold(x: usize, limit: f32, count: i32): void {
  const one = f32x4.splat(1);
  const least = f32x4.splat(limit);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16) {
    v128.store(x, v128.and(f32x4.ge(v128.load(x), least), one));
  }
}
