import { threefry2x32 } from './threefry.ts';

/**
 * The streams in plain TypeScript: the specification that the WebAssembly kernels must meet to the bit, for tests.
 *
 * Normals come from + − × ÷ √ and bit operations alone, each correctly rounded by IEEE 754, so every engine computes the
 * same bits; the kernels take the same steps two lanes at a time. README.md tells the method and its accuracy.
 */

/**
 * The encrypted counters start, start + 1, … in the layout of the kernel: for each group of four counters its four first
 * words, then its four second words.
 */
export function referenceWords(keyHigh: number, keyLow: number, start: number, out: Uint32Array): void {
  for (let index = 0; index * 2 < out.length; index++) {
    const counter = start + index;
    const [first, second] = threefry2x32(keyHigh, keyLow, Math.floor(counter / 2 ** 32), counter >>> 0);
    const position = (index >> 2) * 8 + (index & 3);
    out[position] = first;
    out[position + 4] = second;
  }
}

/** Uniforms from words in `referenceWords` layout: the top 24 bits of a first word, or the top 53 of a pair. */
export function referenceUniforms(words: Uint32Array, out: Float32Array | Float64Array): void {
  const single = out instanceof Float32Array;
  for (let i = 0; i < out.length; i++) {
    const at = (i >> 2) * 8 + (i & 3);
    const first = words[at]!;
    out[i] = single ? (first >>> 8) * 2 ** -24 : (first * 2 ** 21 + (words[at + 4]! >>> 11)) * 2 ** -53;
  }
}

const float = new Float64Array(1);
const word = new Uint32Array(float.buffer); // little-endian: [low, high]

/** Moves the mantissa's range from [1, 2) to [√½, √2) before the exponent is read: 0x3ff00000 − 0x3fe6a09e. */
const sqrtHalfShift = 0x00095f62;
const sqrtHalfHigh = 0x3fe6a09e;

/** −2 ln(w 2⁻⁶⁴) for the odd 64-bit word w next to (high, low): w = 2ᵏ m, s = (m − 1)/(m + 1), ln m = 2 atanh s. */
function squaredRadius(high: number, low: number): number {
  float[0] = high * 4294967296 + ((low | 1) >>> 0);
  const shifted = word[1]! + sqrtHalfShift;
  const exponent = (shifted >>> 20) - (1023 + 64);
  word[1] = (shifted & 0xfffff) + sqrtHalfHigh;
  const m = float[0];
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const z2 = z * z;
  const p01 = 1.3333333333333468 + z * 0.7999999999882935;
  const p23 = 0.5714285748477701 + z * 0.4444439714616577;
  const p45 = 0.3636712866372872 + z * 0.30628100789598106;
  const p = p01 + z2 * (p23 + z2 * (p45 + z2 * 0.29591902737133674));
  return exponent * -1.3862943611198906 - s * (4 + z * p);
}

/** Normals from words in `referenceWords` layout; `words` holds whole blocks (16 words each), `out` 8 values for each. */
export function referenceNormals(words: Uint32Array, out: Float32Array | Float64Array): void {
  for (let block = 0; block * 16 < words.length; block++) {
    for (let lane = 0; lane < 4; lane++) {
      const at = block * 16 + lane;
      const radius = Math.sqrt(squaredRadius(words[at]!, words[at + 4]!));
      const angleHigh = words[at + 8]!;
      // The low 52 bits give x in [-½, ½): the angle is π x / 2, within 45° of the axis.
      word[0] = words[at + 12]!;
      word[1] = (angleHigh & 0xfffff) | 0x3ff00000;
      const x = float[0]! - 1.5;
      const y = x * x;
      const y2 = y * y;
      const y4 = y2 * y2;
      const s01 = 1.5707963267948966 + y * -0.6459640975062443;
      const s23 = 0.07969262624603957 + y * -0.00468175413228242;
      const s45 = 0.00016044115029166428 + y * -3.598641754487236e-6;
      const sine = x * (s01 + y2 * s23 + y4 * (s45 + y2 * 5.633721016484235e-8));
      const c01 = 1 + y * -1.2337005501361553;
      const c23 = 0.25366950789995935 + y * -0.02086348073586747;
      const c45 = 0.0009192599541481579 + y * -2.5200143060646404e-5;
      const cosine = c01 + y2 * c23 + y4 * (c45 + y2 * 4.655337272756176e-7);
      // Bit 63 mirrors the quarter to the left, bit 62 at the diagonal: the whole circle.
      const across = angleHigh >= 0x80000000 ? -cosine : cosine;
      const swapped = (angleHigh & 0x40000000) !== 0;
      out[block * 8 + lane] = radius * (swapped ? sine : across);
      out[block * 8 + lane + 4] = radius * (swapped ? across : sine);
    }
  }
}
