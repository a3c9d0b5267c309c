import { threefryGroups } from './threefry.ts';
import type { Key } from './key.ts';
import { normalBlock, normalTransform } from './normalTransform.ts';

/** Elements computed at a time: the scratch stays in the first-level cache. A multiple of the normal block. */
const chunkLength = 1024;
const scratchWords = new Uint32Array(2 * chunkLength);
const scratchNormals = new Float64Array(chunkLength);

/** Calls `visit(words, from, to, position)` for each chunk: elements from…to of the words belong to `position` onwards. */
export function visitWords(
  key: Key,
  start: number,
  length: number,
  visit: (words: Uint32Array, from: number, to: number, position: number) => void,
): void {
  let position = 0;
  while (position < length) {
    const counter = start + position;
    const from = counter % normalBlock;
    const to = Math.min(chunkLength, from + length - position);
    const words = scratchWords.subarray(0, 2 * normalBlock * Math.ceil(to / normalBlock));
    threefryGroups(key.high, key.low, counter - from, words);
    visit(words, from, to, position);
    position += to - from;
  }
}

/** Elements start, start + 1, … of the key's stream of standard normals. */
export function fillNormalWords(key: Key, start: number, out: Float32Array | Float64Array): void {
  visitWords(key, start, out.length, (words, from, to, position) => {
    normalTransform(words, scratchNormals);
    out.set(scratchNormals.subarray(from, to), position);
  });
}

/** Elements start, start + 1, … of the key's stream of uniforms: the top 53 bits of a word pair, or its top 24. */
export function fillUniformWords(key: Key, start: number, out: Float32Array | Float64Array): void {
  const single = out instanceof Float32Array;
  visitWords(key, start, out.length, (words, from, to, position) => {
    for (let i = from; i < to; i++) {
      const at = (i >> 2) * 8 + (i & 3);
      const high = words[at]!;
      out[position + i - from] = single
        ? (high >>> 8) * 2 ** -24
        : (high * 2 ** 21 + (words[at + 4]! >>> 11)) * 2 ** -53;
    }
  });
}
