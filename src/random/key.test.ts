import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../core/index.ts';
import { keyWords } from '../graph/index.ts';
import { foldIn, key, normal, randomBits, split, threefry2x32 } from './index.ts';

interface Fixture {
  threefry2x32_20: { counter: [string, string]; key: [string, string]; out: [string, string] }[];
  jax_fold_in: { key: [number, number]; data: number; out: [number, number] }[];
  jax_bits_key0: number;
  jax_split_key1_3: [number, number][];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/threefry.json', import.meta.url), 'utf8'),
) as Fixture;

describe('threefry2x32', () => {
  it.each(fixture.threefry2x32_20)('encrypts $counter with $key as Random123 does', ({ counter, key, out }) => {
    const [k0, k1, c0, c1, o0, o1] = [...key, ...counter, ...out].map((hex) => parseInt(hex, 16));
    expect(threefry2x32(k0!, k1!, c0!, c1!)).toEqual([o0, o1]);
  });
});

describe('keys', () => {
  it.each(fixture.jax_fold_in)('foldIn($key, $data) agrees with JAX', ({ key: [high, low], data, out }) => {
    expect(foldIn({ high, low }, data)).toEqual({ high: out[0], low: out[1] });
  });

  it('what is no key is refused, wherever it would be drawn from', () => {
    for (const none of [3, undefined, null, {}, 'a']) {
      for (const draw of [
        () => foldIn(none as never, 0),
        () => normal(none as never, [2]),
        () => keyWords(none as never),
      ]) {
        expect(draw, JSON.stringify(none)).toThrow(/key: expected a random key such as key\(0\)/);
      }
    }
  });

  it('split agrees with JAX and with foldIn', () => {
    const keys = split(key(1), 3);
    expect(keys.map(({ high, low }) => [high, low])).toEqual(fixture.jax_split_key1_3);
    expect(keys).toEqual([0, 1, 2].map((i) => foldIn(key(1), i)));
    expect(split(key(1))).toEqual(keys.slice(0, 2));
    expect(split(key(1), 0)).toEqual([]);
  });

  it('randomBits agrees with JAX', () => {
    expect(randomBits(key(0), 1).data[0]).toBe(fixture.jax_bits_key0);
  });

  it('takes the high and low halves of a seed', () => {
    expect(key(0)).toEqual({ high: 0, low: 0 });
    expect(key(42)).toEqual({ high: 0, low: 42 });
    expect(key(-1)).toEqual({ high: 0xffffffff, low: 0xffffffff });
    expect(key(2 ** 40 + 3)).toEqual({ high: 256, low: 3 });
    expect(key(0xfedcba9876543210n)).toEqual({ high: 0xfedcba98, low: 0x76543210 });
  });

  it('is immutable', () => {
    expect(Object.isFrozen(key(1))).toBe(true);
    expect(Object.isFrozen(foldIn(key(1), 2))).toBe(true);
  });

  it('uses the high half of large data', () => {
    expect(foldIn(key(5), 3 * 2 ** 32 + 7)).toEqual({
      high: threefry2x32(0, 5, 3, 7)[0],
      low: threefry2x32(0, 5, 3, 7)[1],
    });
  });

  it.each([0.5, NaN, Infinity, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => key(seed)).toThrow(ValueError);
  });

  it('refuses what is not a count or has too many bits', () => {
    expect(() => key(2n ** 64n)).toThrow('more than 64 bits');
    expect(() => foldIn(key(0), -1)).toThrow(ValueError);
    expect(() => foldIn(key(0), 1.5)).toThrow(ValueError);
    expect(() => split(key(0), -1)).toThrow(ValueError);
  });
});
