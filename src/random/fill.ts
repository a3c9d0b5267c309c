import type { TypedArray } from '../core/index.ts';
import { drawChunk, drawNormals, drawUniforms, drawWords } from '../kernels/index.ts';
import { wordsOf } from './key.ts';
import type { Key } from './key.ts';

/** Eight neighbouring elements share their words (see normals), so chunks begin at multiples of 8. */
const block = 8;

/** Where draws are written: a view of floating-point numbers. */
export type FloatView = Float32Array | Float64Array;

/**
 * Calls `visit(base, from, to, position)` for each chunk of the stream's elements start … start + length − 1: the chunk
 * computed from element `base` on has them at from … to − 1, and they belong at `position` of the output. No chunk crosses
 * a multiple of `drawChunk`, hence of 2³².
 */
function visitChunks(
  start: number,
  length: number,
  visit: (base: number, from: number, to: number, position: number) => void,
): void {
  for (let position = 0; position < length;) {
    const from = (start + position) % block;
    const base = start + position - from;
    const to = Math.min(drawChunk - (base % drawChunk), from + length - position);
    visit(base, from, to, position);
    position += to - from;
  }
}

function fill(draw: typeof drawNormals | typeof drawUniforms, key: Key, out: FloatView, start: number): void {
  const dtype = out instanceof Float32Array ? 'float32' : 'float64';
  visitChunks(start, out.length, (base, from, to, position) => {
    out.set(draw(...wordsOf(key), base, to, dtype).subarray(from, to), position);
  });
}

/**
 * Overwrites `out` with the elements start, start + 1, … of the key's stream of standard normals, those that
 * `normal(key, …)` draws. Needs no memory but `out`, which may be any view.
 */
export function fillNormal(key: Key, out: FloatView, start = 0): void {
  fill(drawNormals, key, out, start);
}

/** Overwrites `out` with the elements start, start + 1, … of the key's stream of uniforms in [0, 1). */
export function fillUniform(key: Key, out: FloatView, start = 0): void {
  fill(drawUniforms, key, out, start);
}

/**
 * Overwrites `out` with the elements start, start + 1, … of the key's stream of Bernoulli draws: 1 where the float64
 * uniform lies below the probability, else 0. `probabilities` is one number, or one for each element of `out`; they are
 * not checked (NaN gives 0).
 */
export function fillBernoulli(key: Key, probabilities: number | ArrayLike<number>, out: TypedArray, start = 0): void {
  visitChunks(start, out.length, (base, from, to, position) => {
    const uniforms = drawUniforms(...wordsOf(key), base, to, 'float64');
    const shift = position - from;
    if (typeof probabilities === 'number') {
      for (let i = from; i < to; i++) out[i + shift] = uniforms[i]! < probabilities ? 1 : 0;
    } else {
      for (let i = from; i < to; i++) out[i + shift] = uniforms[i]! < probabilities[i + shift]! ? 1 : 0;
    }
  });
}

/** Calls `visit(index, first, second)` with the two words of each of the key's first `length` counters. */
export function visitWords(
  key: Key,
  length: number,
  visit: (index: number, first: number, second: number) => void,
): void {
  visitChunks(0, length, (base, from, to, position) => {
    const words = drawWords(...wordsOf(key), base, to);
    for (let i = from; i < to; i++) {
      const at = (i >> 2) * 8 + (i & 3);
      visit(position + i - from, words[at]!, words[at + 4]!);
    }
  });
}
