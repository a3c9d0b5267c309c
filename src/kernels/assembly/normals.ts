// Box–Muller two lanes at a time, from 64-bit words in the layout of threefryGroups: a block of 8 normals takes the words
// of 8 counters, four for radii and four for angles. src/random/normalTransform.ts is the same in plain TypeScript, step
// by step, and src/random/README.md tells why.

class Lanes {
  /** −2 ln(w 2⁻⁶⁴) for the odd 64-bit words whose high and low halves stand in `high` and `low`, tagged as exponents. */
  @inline
  static squaredRadius(high: v128, low: v128): v128 {
    // 2⁸⁴ + high 2³² and 2⁵² + low are the tagged halves: the sum rounds once.
    const w = f64x2.add(f64x2.sub(high, f64x2.splat(19342813118337666422669312.0)), low);
    const shifted = i64x2.add(w, i64x2.splat(0x00095f62_00000000));
    const tagged = v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x43300000_00000000));
    const exponent = f64x2.sub(tagged, f64x2.splat(4503599627370496.0 + 1023.0 + 64.0));
    const m = i64x2.add(v128.and(shifted, i64x2.splat(0x000fffff_ffffffff)), i64x2.splat(0x3fe6a09e_00000000));
    const one = f64x2.splat(1.0);
    const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
    const z = f64x2.mul(s, s);
    const z2 = f64x2.mul(z, z);
    const p01 = Lanes.line(z, 1.3333333333333468, 0.7999999999882935);
    const p23 = Lanes.line(z, 0.5714285748477701, 0.4444439714616577);
    const p45 = Lanes.line(z, 0.3636712866372872, 0.30628100789598106);
    const p4 = f64x2.add(p45, f64x2.mul(z2, f64x2.splat(0.29591902737133674)));
    const p = f64x2.add(p01, f64x2.mul(z2, f64x2.add(p23, f64x2.mul(z2, p4))));
    const series = f64x2.mul(s, f64x2.add(f64x2.splat(4.0), f64x2.mul(z, p)));
    return f64x2.sub(f64x2.mul(exponent, f64x2.splat(-1.3862943611198906)), series);
  }

  /** sin(π x / 2) for x in [-½, ½), y = x². */
  @inline
  static sine(x: v128, y: v128, y2: v128, y4: v128): v128 {
    const s01 = Lanes.line(y, 1.5707963267948966, -0.6459640975062443);
    const s23 = Lanes.line(y, 0.07969262624603957, -0.00468175413228242);
    const s45 = Lanes.line(y, 0.00016044115029166428, -3.598641754487236e-6);
    const s4 = f64x2.add(s45, f64x2.mul(y2, f64x2.splat(5.633721016484235e-8)));
    return f64x2.mul(x, f64x2.add(f64x2.add(s01, f64x2.mul(y2, s23)), f64x2.mul(y4, s4)));
  }

  /** cos(π x / 2) for x in [-½, ½), y = x². */
  @inline
  static cosine(y: v128, y2: v128, y4: v128): v128 {
    const c01 = Lanes.line(y, 1.0, -1.2337005501361553);
    const c23 = Lanes.line(y, 0.25366950789995935, -0.02086348073586747);
    const c45 = Lanes.line(y, 0.0009192599541481579, -2.5200143060646404e-5);
    const c4 = f64x2.add(c45, f64x2.mul(y2, f64x2.splat(4.655337272756176e-7)));
    return f64x2.add(f64x2.add(c01, f64x2.mul(y2, c23)), f64x2.mul(y4, c4));
  }

  @inline
  static line(x: v128, constant: f64, slope: f64): v128 {
    return f64x2.add(f64x2.splat(constant), f64x2.mul(x, f64x2.splat(slope)));
  }
}

export function normals64(words: usize, out: usize, blocks: i32): void {
  transform(words, out, blocks, true);
}

export function normals32(words: usize, out: usize, blocks: i32): void {
  transform(words, out, blocks, false);
}

/** Both types by one function: the branch is always the same, and twice the code would be twice the download. */
function transform(words: usize, out: usize, blocks: i32, wide: bool): void {
  const tagHigh = i32x4.splat(0x45300000);
  const tagLow = i32x4.splat(0x43300000);
  for (const end = words + ((<usize>blocks) << 6); words < end; words += 64) {
    const radiusHigh = v128.load(words);
    const radiusLow = v128.or(v128.load(words, 16), i32x4.splat(1));
    const angleHigh = v128.load(words, 32);
    const angleLow = v128.load(words, 48);
    const r0 = f64x2.sqrt(Lanes.squaredRadius(lowHalves(radiusHigh, tagHigh), lowHalves(radiusLow, tagLow)));
    const r1 = f64x2.sqrt(Lanes.squaredRadius(highHalves(radiusHigh, tagHigh), highHalves(radiusLow, tagLow)));

    const w0 = lowHalves(angleLow, angleHigh);
    const x0 = fraction(w0);
    const y0 = f64x2.mul(x0, x0);
    const yy0 = f64x2.mul(y0, y0);
    const yyyy0 = f64x2.mul(yy0, yy0);
    const s0 = Lanes.sine(x0, y0, yy0, yyyy0);
    const c0 = v128.xor(Lanes.cosine(y0, yy0, yyyy0), signBit(w0));
    const swap0 = v128.and(v128.xor(s0, c0), bit62(w0));
    const a0 = f64x2.mul(r0, v128.xor(c0, swap0));
    const b0 = f64x2.mul(r0, v128.xor(s0, swap0));

    const w1 = highHalves(angleLow, angleHigh);
    const x1 = fraction(w1);
    const y1 = f64x2.mul(x1, x1);
    const yy1 = f64x2.mul(y1, y1);
    const yyyy1 = f64x2.mul(yy1, yy1);
    const s1 = Lanes.sine(x1, y1, yy1, yyyy1);
    const c1 = v128.xor(Lanes.cosine(y1, yy1, yyyy1), signBit(w1));
    const swap1 = v128.and(v128.xor(s1, c1), bit62(w1));
    const a1 = f64x2.mul(r1, v128.xor(c1, swap1));
    const b1 = f64x2.mul(r1, v128.xor(s1, swap1));

    if (wide) {
      v128.store(out, a0);
      v128.store(out, a1, 16);
      v128.store(out, b0, 32);
      v128.store(out, b1, 48);
      out += 64;
    } else {
      v128.store(out, demote(a0, a1));
      v128.store(out, demote(b0, b1), 16);
      out += 32;
    }
  }
}

function lowHalves(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 4, 1, 5);
}

function highHalves(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 2, 6, 3, 7);
}

/** The low 52 bits as a number in [-½, ½). */
function fraction(w: v128): v128 {
  const mantissa = v128.or(v128.and(w, i64x2.splat(0x000fffff_ffffffff)), i64x2.splat(0x3ff00000_00000000));
  return f64x2.sub(mantissa, f64x2.splat(1.5));
}

function signBit(w: v128): v128 {
  return v128.and(w, i64x2.splat(0x80000000_00000000));
}

/** All ones where bit 62 is set. */
function bit62(w: v128): v128 {
  return i64x2.lt_s(i64x2.shl(w, 1), i64x2.splat(0));
}

function demote(a: v128, b: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
}
