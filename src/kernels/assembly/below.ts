// Bernoulli draws, four at a time: `count` is a multiple of 4.

/** 1 where the uniform lies below x, else 0, in place of x. */
export function below(x: usize, uniforms: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (const end = x + ((<usize>count) << 2); x < end; x += 16, uniforms += 16) {
    v128.store(x, v128.and(f32x4.lt(v128.load(uniforms), v128.load(x)), one));
  }
}
