// Access to flat float32 buffers by four elements (T = v128) or, for the last ones of a length that is no multiple of
// four, by one (T = f32, in lane 0): a loop is written once and instantiated for both.

export function load<T>(pointer: usize): v128 {
  return sizeof<T>() == 16 ? v128.load(pointer) : v128.load32_zero(pointer);
}

export function store<T>(pointer: usize, value: v128): void {
  if (sizeof<T>() == 16) v128.store(pointer, value);
  else v128.store32_lane(pointer, value, 0);
}

/** The bytes of `length` float32 values that whole vectors cover. */
export function wholeBytes(length: i32): usize {
  return ((<usize>length) << 2) & ~15;
}

export function allBytes(length: i32): usize {
  return (<usize>length) << 2;
}

/** scale g + penalty p: the gradient after clipping, with L2 weight decay. */
export function effectiveGradient(g: v128, p: v128, scale: v128, penalty: v128): v128 {
  return f32x4.add(f32x4.mul(g, scale), f32x4.mul(p, penalty));
}
