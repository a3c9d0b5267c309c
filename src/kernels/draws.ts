import type { ArrayOf, FloatDType } from '../core/index.ts';
import { drawKernels } from './draw-kernels.ts';
import { KernelMemory } from './memory.ts';

/** The most elements one call draws: words and values then stay in the first-level cache. */
export const drawChunk = 1024;

/**
 * Drawing happens in a scratch memory of this module; what comes back are views of it, overwritten by the next call, for
 * the caller to copy or use up. `start` is the first counter, `length` at most `drawChunk`; the counters must not cross a
 * multiple of 2³².
 */
function createScratch() {
  const memory = new KernelMemory((8 + 8 + 4 + 4 + 1) * drawChunk, drawKernels);
  const words = memory.allocate('uint32', 2 * drawChunk);
  const float64 = memory.allocate('float64', drawChunk);
  const float32 = memory.allocate('float32', drawChunk);
  const probabilities = memory.allocate('float32', drawChunk);
  const bytes = memory.allocate('bool', drawChunk);
  return { kernels: memory.kernels, words, values: { float32, float64 }, probabilities, bytes };
}

let shared: ReturnType<typeof createScratch> | undefined;

/** The scratch memory of this folder's loops over chunks. */
export function drawScratch(): ReturnType<typeof createScratch> {
  return (shared ??= createScratch());
}

/** Threefry's words of the counters start, start + 1, …: for each four counters, four first words, then four second. */
export function drawWords(keyHigh: number, keyLow: number, start: number, length: number): Uint32Array<ArrayBuffer> {
  const { kernels, words } = drawScratch();
  kernels.threefryGroups(keyHigh, keyLow, Math.floor(start / 2 ** 32), start, Math.ceil(length / 4), words.byteOffset);
  return words;
}

/** Standard normals of the counters start, start + 1, …, where `start` is a multiple of 8. */
export function drawNormals<D extends FloatDType>(
  keyHigh: number,
  keyLow: number,
  start: number,
  length: number,
  dtype: D,
): ArrayOf[D] {
  const { kernels, words, values } = drawScratch();
  const blocks = Math.ceil(length / 8);
  drawWords(keyHigh, keyLow, start, 8 * blocks);
  const convert = dtype === 'float32' ? kernels.normals32 : kernels.normals64;
  convert(words.byteOffset, values[dtype].byteOffset, blocks);
  return values[dtype] as ArrayOf[D];
}

/** Uniforms in [0, 1) of the counters start, start + 1, …. */
export function drawUniforms<D extends FloatDType>(
  keyHigh: number,
  keyLow: number,
  start: number,
  length: number,
  dtype: D,
): ArrayOf[D] {
  const { kernels, words, values } = drawScratch();
  const groups = Math.ceil(length / 4);
  drawWords(keyHigh, keyLow, start, 4 * groups);
  const convert = dtype === 'float32' ? kernels.uniforms32 : kernels.uniforms64;
  convert(words.byteOffset, values[dtype].byteOffset, groups);
  return values[dtype] as ArrayOf[D];
}
