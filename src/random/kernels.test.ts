import { describe, expect, it } from 'vitest';
import { drawChunk } from '../kernels/index.ts';
import { fillNormal, fillUniform, key, normal, split, uniform } from './index.ts';
import type { FloatView, Key } from './index.ts';
import { referenceNormals, referenceUniforms, referenceWords } from './reference.ts';
import { visitWords } from './fill.ts';

/** Elements start … start + length − 1 of a stream, computed in plain TypeScript. */
function reference(
  transform: (words: Uint32Array, out: FloatView) => void,
  key: Key,
  start: number,
  length: number,
): Float64Array {
  const from = start % 8;
  const blocks = Math.ceil((from + length) / 8);
  const words = new Uint32Array(16 * blocks);
  referenceWords(key.high, key.low, start - from, words);
  const out = new Float64Array(8 * blocks);
  transform(words, out);
  return out.slice(from, from + length);
}

const keys = [
  { high: 0, low: 0 },
  { high: 0xffffffff, low: 0xffffffff },
  { high: 0x80000000, low: 1 },
  ...split(key(7), 20),
];
const lengths = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  15,
  16,
  17,
  63,
  drawChunk - 1,
  drawChunk,
  drawChunk + 1,
  3 * drawChunk + 13,
];

describe('the kernels give the bits of plain TypeScript', () => {
  it('for normals of many keys', () => {
    for (const k of keys) {
      expect(normal(k, [5000], { dtype: 'float64' }).data).toEqual(reference(referenceNormals, k, 0, 5000));
    }
  });

  it('for words', () => {
    const words = new Uint32Array(2 * 5000);
    for (const k of keys) {
      referenceWords(k.high, k.low, 0, words);
      let agree = 0;
      visitWords(k, 5000, (index, first, second) => {
        const at = (index >> 2) * 8 + (index & 3);
        if (first === words[at] && second === words[at + 4]) agree++;
      });
      expect(agree).toBe(5000);
    }
  });

  it.each(lengths)('for %d elements', (length) => {
    const k = key(length);
    const normals = reference(referenceNormals, k, 0, length);
    expect(normal(k, [length], { dtype: 'float64' }).data).toEqual(normals);
    expect(normal(k, [length]).data).toEqual(Float32Array.from(normals));
    const uniforms = reference(referenceUniforms, k, 0, length);
    expect(uniform(k, [length], { dtype: 'float64' }).data).toEqual(uniforms);
    expect(uniform(k, [length]).data).toEqual(Float32Array.from(uniforms, (u) => Math.floor(u * 2 ** 24) * 2 ** -24));
  });

  it.each([1, 7, 8, drawChunk - 3, drawChunk + 5, 2 ** 32 - 3, 2 ** 32 - 11, 3 * 2 ** 40 + 1])(
    'from element %d on',
    (start) => {
      const k = key(99);
      const out = new Float64Array(drawChunk + 29);
      fillNormal(k, out, start);
      expect(out).toEqual(reference(referenceNormals, k, start, out.length));
      fillUniform(k, out, start);
      expect(out).toEqual(reference(referenceUniforms, k, start, out.length));
    },
  );

  it('into part of an array, leaving the rest alone', () => {
    const whole = new Float32Array(100).fill(7);
    fillNormal(key(3), whole.subarray(10, 60));
    expect(whole.subarray(10, 60)).toEqual(normal(key(3), [50]).data);
    expect([...whole.subarray(0, 10), ...whole.subarray(60)]).toEqual(new Array(50).fill(7));
  });
});
