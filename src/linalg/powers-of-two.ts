const bits = new DataView(new ArrayBuffer(8));

/** 2^k, exact, for −1022 ≤ k ≤ 1023 (Math.pow promises no exactness). */
export function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** The e with 2^e ≤ |x| < 2^(e+1); 0 for x = 0. */
export function exponentOf(x: number): number {
  if (x === 0) return 0;
  bits.setFloat64(0, x);
  const biased = (bits.getUint32(0) >>> 20) & 0x7ff;
  if (biased > 0) return biased - 1023;
  return exponentOf(x * 2 ** 54) - 54; // subnormal
}

/** The even e with 2^e ≤ |x| < 2^(e+2): what to divide by so that a square root scales without rounding. */
export function evenExponentOf(x: number): number {
  return 2 * Math.floor(exponentOf(x) / 2);
}

/** x · 2^exponent, in two exact steps so that neither factor overflows (|exponent| up to 2044). */
export function scaleByPower(x: number, exponent: number): number {
  const half = exponent >> 1;
  return x * powerOfTwo(half) * powerOfTwo(exponent - half);
}

/** values[start … end) times 2^exponent, in place. */
export function scaleRange(values: Float64Array, start: number, end: number, exponent: number): void {
  if (exponent === 0) return;
  // One factor where it is a normal number.
  const rest = Math.abs(exponent) > 1022 ? exponent >> 1 : 0;
  const factor = powerOfTwo(exponent - rest);
  for (let i = start; i < end; i++) values[i] = values[i]! * factor;
  scaleRange(values, start, end, rest);
}

/** max|values[start … end)|, 0 when empty. The values must be finite. */
export function largestMagnitude(values: Float64Array, start: number, end: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}
