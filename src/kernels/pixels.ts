import { createBufferMemory } from './buffer-kernels.ts';
import { drawChunk, drawScratch, drawUniforms } from './draws.ts';

/** The most values that one pass works on: they stay in the second-level cache. */
const pixelChunk = 2 ** 15;

function createScratch() {
  const memory = createBufferMemory((4 + 1) * pixelChunk + 128);
  const values = memory.allocate('float32', pixelChunk);
  return { kernels: memory.kernels, values, bytes: memory.allocate('bool', pixelChunk) };
}

let shared: ReturnType<typeof createScratch> | undefined;

function scratch(): ReturnType<typeof createScratch> {
  return (shared ??= createScratch());
}

/**
 * byte / 255 as float32 of rows of `bytes`, each `size` long, one after the other into `out`, which may be any view.
 *
 * @param out at least as long as all those rows
 */
export function gatherFractions(
  bytes: Uint8Array,
  { rows, size }: { readonly rows: ArrayLike<number>; readonly size: number },
  out: Float32Array,
): void {
  const { kernels, values, bytes: from } = scratch();
  let filled = 0;
  let done = 0;
  const flush = (): void => {
    kernels.fractions(from.byteOffset, values.byteOffset, wholeVectors(filled));
    out.set(values.subarray(0, filled), done);
    done += filled;
    filled = 0;
  };
  for (let k = 0; k < rows.length; k++) {
    let start = rows[k]! * size;
    const end = start + size;
    while (start < end) {
      const part = bytes.subarray(start, Math.min(end, start + pixelChunk - filled));
      from.set(part, filled);
      filled += part.length;
      start += part.length;
      if (filled === pixelChunk) flush();
    }
  }
  if (filled > 0) flush();
}

/** 1 where a value is at least `limit`, else 0, in place; NaN gives 0. */
export function threshold(values: Float32Array, limit: number): void {
  const { kernels, values: chunk } = scratch();
  for (let start = 0; start < values.length; start += pixelChunk) {
    const part = values.subarray(start, start + pixelChunk);
    chunk.set(part);
    kernels.threshold(chunk.byteOffset, limit, wholeVectors(part.length));
    part.set(chunk.subarray(0, part.length));
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
