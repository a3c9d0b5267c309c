import { drawChunk, drawScratch, drawUniforms } from './draws.ts';

/**
 * byte / 255 as float32 into `out`, which may be any view.
 *
 * @param out at least as long as `bytes`
 */
export function bytesToFractions(bytes: Uint8Array, out: Float32Array): void {
  const { kernels, bytes: from, values } = drawScratch();
  for (let start = 0; start < bytes.length; start += drawChunk) {
    const part = bytes.subarray(start, start + drawChunk);
    from.set(part);
    kernels.fractions(from.byteOffset, values.float32.byteOffset, wholeVectors(part.length));
    out.set(values.float32.subarray(0, part.length), start);
  }
}

/** 1 where a value is at least `limit`, else 0, in place; NaN gives 0. */
export function threshold(values: Float32Array, limit: number): void {
  const { kernels, probabilities } = drawScratch();
  for (let start = 0; start < values.length; start += drawChunk) {
    const part = values.subarray(start, start + drawChunk);
    probabilities.set(part);
    kernels.threshold(probabilities.byteOffset, limit, wholeVectors(part.length));
    part.set(probabilities.subarray(0, part.length));
  }
}

/**
 * 1 where the k-th float32 uniform of the key's stream lies below the k-th value, else 0, in place: Bernoulli draws.
 * NaN gives 0.
 */
export function drawBelow(keyHigh: number, keyLow: number, values: Float32Array): void {
  const { kernels, probabilities } = drawScratch();
  for (let start = 0; start < values.length; start += drawChunk) {
    const part = values.subarray(start, start + drawChunk);
    const uniforms = drawUniforms(keyHigh, keyLow, start, part.length, 'float32');
    probabilities.set(part);
    kernels.below(probabilities.byteOffset, uniforms.byteOffset, wholeVectors(part.length));
    part.set(probabilities.subarray(0, part.length));
  }
}

/** Up to a multiple of 16: what lies beyond is scratch. */
function wholeVectors(count: number): number {
  return (count + 15) & ~15;
}
