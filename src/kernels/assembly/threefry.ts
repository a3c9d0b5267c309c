// Threefry2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), four counters a
// vector and four vectors at a time: a round waits for the one before it, so one vector alone would leave half of a core
// idle. Lane l of group g encrypts the counter (high, low + 4 g + l); the group's 32 bytes hold its four first words, then
// its four second words.

function add(x: v128, y: v128): v128 {
  return i32x4.add(x, y);
}

/** (x rotated left) ^ y */
function mix(x: v128, by: i32, y: v128): v128 {
  return v128.xor(v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by)), y);
}

/** Writes a whole multiple of four groups: `groups` rounded up. */
// prettier-ignore
export function threefryGroups(key0: i32, key1: i32, high: i32, low: i32, groups: i32, out: usize): void {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  const k0 = i32x4.splat(key0), k1 = i32x4.splat(key1), k2 = i32x4.splat(key2);
  const k21 = i32x4.splat(key2 + 1), k02 = i32x4.splat(key0 + 2), k13 = i32x4.splat(key1 + 3);
  const k24 = i32x4.splat(key2 + 4), k05 = i32x4.splat(key0 + 5);
  const x = i32x4.splat(high + key0);
  let y = add(i32x4.splat(low + key1), i32x4(0, 1, 2, 3));
  for (const end = out + ((<usize>groups) << 5); out < end; out += 128) {
    let a = x, c = x, e = x, g = x;
    let b = y, d = add(y, i32x4.splat(4)), f = add(y, i32x4.splat(8)), h = add(y, i32x4.splat(12));
    y = add(y, i32x4.splat(16));
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 13, a); d = mix(d, 13, c); f = mix(f, 13, e); h = mix(h, 13, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 15, a); d = mix(d, 15, c); f = mix(f, 15, e); h = mix(h, 15, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 26, a); d = mix(d, 26, c); f = mix(f, 26, e); h = mix(h, 26, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 6, a); d = mix(d, 6, c); f = mix(f, 6, e); h = mix(h, 6, g);
    a = add(a, k1); c = add(c, k1); e = add(e, k1); g = add(g, k1);
    b = add(b, k21); d = add(d, k21); f = add(f, k21); h = add(h, k21);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 17, a); d = mix(d, 17, c); f = mix(f, 17, e); h = mix(h, 17, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 29, a); d = mix(d, 29, c); f = mix(f, 29, e); h = mix(h, 29, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 16, a); d = mix(d, 16, c); f = mix(f, 16, e); h = mix(h, 16, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 24, a); d = mix(d, 24, c); f = mix(f, 24, e); h = mix(h, 24, g);
    a = add(a, k2); c = add(c, k2); e = add(e, k2); g = add(g, k2);
    b = add(b, k02); d = add(d, k02); f = add(f, k02); h = add(h, k02);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 13, a); d = mix(d, 13, c); f = mix(f, 13, e); h = mix(h, 13, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 15, a); d = mix(d, 15, c); f = mix(f, 15, e); h = mix(h, 15, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 26, a); d = mix(d, 26, c); f = mix(f, 26, e); h = mix(h, 26, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 6, a); d = mix(d, 6, c); f = mix(f, 6, e); h = mix(h, 6, g);
    a = add(a, k0); c = add(c, k0); e = add(e, k0); g = add(g, k0);
    b = add(b, k13); d = add(d, k13); f = add(f, k13); h = add(h, k13);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 17, a); d = mix(d, 17, c); f = mix(f, 17, e); h = mix(h, 17, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 29, a); d = mix(d, 29, c); f = mix(f, 29, e); h = mix(h, 29, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 16, a); d = mix(d, 16, c); f = mix(f, 16, e); h = mix(h, 16, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 24, a); d = mix(d, 24, c); f = mix(f, 24, e); h = mix(h, 24, g);
    a = add(a, k1); c = add(c, k1); e = add(e, k1); g = add(g, k1);
    b = add(b, k24); d = add(d, k24); f = add(f, k24); h = add(h, k24);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 13, a); d = mix(d, 13, c); f = mix(f, 13, e); h = mix(h, 13, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 15, a); d = mix(d, 15, c); f = mix(f, 15, e); h = mix(h, 15, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 26, a); d = mix(d, 26, c); f = mix(f, 26, e); h = mix(h, 26, g);
    a = add(a, b); c = add(c, d); e = add(e, f); g = add(g, h);
    b = mix(b, 6, a); d = mix(d, 6, c); f = mix(f, 6, e); h = mix(h, 6, g);
    a = add(a, k2); c = add(c, k2); e = add(e, k2); g = add(g, k2);
    b = add(b, k05); d = add(d, k05); f = add(f, k05); h = add(h, k05);
    v128.store(out, a, 0); v128.store(out, b, 16);
    v128.store(out, c, 32); v128.store(out, d, 48);
    v128.store(out, e, 64); v128.store(out, f, 80);
    v128.store(out, g, 96); v128.store(out, h, 112);
  }
}
