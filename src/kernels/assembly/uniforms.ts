// Words in the layout of threefryGroups to multiples of 2⁻²⁴ (the top 24 bits of a first word) or of 2⁻⁵³ (the top 53
// bits of a word pair) in [0, 1): exact in both types.

export function uniforms32(words: usize, out: usize, groups: i32): void {
  for (const end = words + ((<usize>groups) << 5); words < end; words += 32) {
    const top = f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(words), 8));
    v128.store(out, f32x4.mul(top, f32x4.splat(5.9604644775390625e-8)));
    out += 16;
  }
}

export function uniforms64(words: usize, out: usize, groups: i32): void {
  for (const end = words + ((<usize>groups) << 5); words < end; words += 32) {
    const first = v128.load(words);
    const second = i32x4.shr_u(v128.load(words, 16), 11);
    v128.store(out, combine(first, second));
    v128.store(out, combine(i64x2.shuffle(first, first, 1, 0), i64x2.shuffle(second, second, 1, 0)), 16);
    out += 32;
  }
}

/** (first 2²¹ + second) 2⁻⁵³ for the two low lanes. */
function combine(first: v128, second: v128): v128 {
  return f64x2.add(
    f64x2.mul(f64x2.convert_low_i32x4_u(first), f64x2.splat(2.3283064365386963e-10)),
    f64x2.mul(f64x2.convert_low_i32x4_u(second), f64x2.splat(1.1102230246251565e-16)),
  );
}
