// Threefry2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), four counters at a
// time. Lane l of the group g encrypts the counter (high, low + 4 g + l); the group's 32 bytes hold the four first
// output words, then the four second ones.

function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

export function threefryGroups(key0: i32, key1: i32, high: i32, low: i32, groups: i32, out: usize): void {
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  const k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda);
  const k21 = i32x4.splat((key0 ^ key1 ^ 0x1bd11bda) + 1);
  const k02 = i32x4.splat(key0 + 2);
  const k13 = i32x4.splat(key1 + 3);
  const k24 = i32x4.splat((key0 ^ key1 ^ 0x1bd11bda) + 4);
  const k05 = i32x4.splat(key0 + 5);
  const start0 = i32x4.splat(high + key0);
  let start1 = i32x4.add(i32x4.splat(low + key1), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  for (const end = out + ((<usize>groups) << 5); out < end; out += 32) {
    let a = start0;
    let b = start1;
    start1 = i32x4.add(start1, four);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    a = i32x4.add(a, k1);
    b = i32x4.add(b, k21);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 17), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 29), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 16), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 24), a);
    a = i32x4.add(a, k2);
    b = i32x4.add(b, k02);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    a = i32x4.add(a, k0);
    b = i32x4.add(b, k13);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 17), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 29), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 16), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 24), a);
    a = i32x4.add(a, k1);
    b = i32x4.add(b, k24);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 13), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 15), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 26), a);
    a = i32x4.add(a, b);
    b = v128.xor(rotate(b, 6), a);
    v128.store(out, i32x4.add(a, k2));
    v128.store(out, i32x4.add(b, k05), 16);
  }
}
