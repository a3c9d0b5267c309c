/** Whether two arrays are equal to the bit; one NaN is like another. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, k) => Object.is(value, b[k]));
}
