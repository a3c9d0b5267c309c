import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError, ValueError } from '../core/index.ts';
import { bernoulli, choice, fillBernoulli, key, normal, permutation, randint, split, uniform } from './index.ts';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('uniform', () => {
  it('lies in [0, 1) with the right mean and variance (4 standard errors)', () => {
    const n = 400_000;
    const u = uniform(key(5), [n], { dtype: 'float64' }).data;
    expect(u.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.abs(sum(u) / n - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    // Var (u − ½)² = 1/80 − 1/144 = 1/180.
    expect(Math.abs(sum(u.map((value) => (value - 0.5) ** 2)) / n - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
  });

  it('scales to [low, high)', () => {
    const unit = uniform(key(5), [1000], { dtype: 'float64' }).data;
    const scaled = uniform(key(5), [1000], { dtype: 'float64', low: -3, high: 5 }).data;
    expect(scaled).toEqual(unit.map((u) => -3 + 8 * u));
  });

  it('keeps shape and dtype, sizes 0 and 1 included', () => {
    expect(uniform(key(0), [2, 3]).shape).toEqual([2, 3]);
    expect(uniform(key(0), []).dtype).toBe('float32');
    expect(normal(key(0), [4, 0], { dtype: 'float64' }).size).toBe(0);
    expect(normal(key(0), []).item()).toBe(normal(key(0), [9]).data[0]);
  });
});

describe('bernoulli', () => {
  it.each([0.5, 0.1, 0.999])('is 1 with probability %d (4 standard errors)', (p) => {
    const n = 200_000;
    const ones = sum(bernoulli(key(8), p, [n]).data);
    expect(Math.abs(ones / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  });

  it('is certain at 0 and 1', () => {
    expect(sum(bernoulli(key(1), 0, [5000]).data)).toBe(0);
    expect(sum(bernoulli(key(1), 1, [5000]).data)).toBe(5000);
  });

  it('broadcasts probabilities', () => {
    const p = NdArray.from([[0], [1]]);
    expect(bernoulli(key(1), p, [3, 2, 4]).toNested()).toEqual(
      [0, 1, 2].map(() => [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]),
    );
    expect(bernoulli(key(1), p).shape).toEqual([2, 1]);
    expect(bernoulli(key(1), 0.5).shape).toEqual([]);
  });

  it('fills any view from any element on', () => {
    const all = bernoulli(key(4), 0.3, [3000]).data;
    const part = new Float32Array(1500);
    fillBernoulli(key(4), 0.3, part, 1003);
    expect([...part]).toEqual([...all.subarray(1003, 2503)]);
    fillBernoulli(key(4), new Float64Array(1500).fill(0.3), part, 1003);
    expect([...part]).toEqual([...all.subarray(1003, 2503)]);
  });

  it('refuses what is no probability and shapes that do not fit', () => {
    expect(() => bernoulli(key(0), NdArray.from([0.5, 1.5]))).toThrow('probability 1.5 at flat index 1');
    expect(() => bernoulli(key(0), NaN, [2])).toThrow(ValueError);
    expect(() => bernoulli(key(0), NdArray.from([0.5, 0.5]), [3])).toThrow(ShapeError);
    expect(() => bernoulli(key(0), NdArray.from([0.5, 0.5]), [1])).toThrow(ShapeError);
  });
});

/** χ² of counts against equal expectations. */
function chiSquare(counts: ArrayLike<number>): number {
  const list = Array.from(counts);
  const expected = sum(list) / list.length;
  return sum(list.map((count) => (count - expected) ** 2 / expected));
}

describe('randint', () => {
  it('spreads evenly over the range (χ², 4 standard deviations)', () => {
    const counts = new Array<number>(7).fill(0);
    for (const value of randint(key(3), [70_000], { low: -2, high: 5 }).data) counts[value + 2]! += 1;
    expect(chiSquare(counts)).toBeLessThan(6 + 4 * Math.sqrt(12));
  });

  it('is even where rejection matters most, and redraws by (key, index) alone', () => {
    // 2³² mod (3 · 2³⁰) = 2³⁰: a quarter of the words is rejected; without that every third value would
    // come up twice as often as the others.
    const draws = randint(key(3), [30_000], { low: -(2 ** 31), high: 2 ** 30 }).data;
    const counts = new Array<number>(3).fill(0);
    for (const value of draws) counts[(value + 2 ** 31) % 3]! += 1;
    expect(chiSquare(counts)).toBeLessThan(2 + 4 * Math.sqrt(4));
    expect(randint(key(3), [1000], { low: -(2 ** 31), high: 2 ** 30 }).data).toEqual(draws.slice(0, 1000));
  });

  it('takes the whole int32 range and single values', () => {
    const values = randint(key(6), [1000], { low: -(2 ** 31), high: 2 ** 31 }).data;
    expect(values.some((v) => v < -(2 ** 30)) && values.some((v) => v > 2 ** 30)).toBe(true);
    expect([...randint(key(6), [3], { low: 4, high: 5 }).data]).toEqual([4, 4, 4]);
  });

  it.each([
    [0, 0],
    [2, 1],
    [0, 2 ** 31 + 1],
    [0.5, 3],
  ])('refuses [%d, %d)', (low, high) => {
    expect(() => randint(key(0), [1], { low, high })).toThrow(ValueError);
  });
});

describe('permutation', () => {
  it('holds each number once', () => {
    for (const n of [0, 1, 2, 3, 1000, 5000]) {
      expect([...permutation(key(n), n).data].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  it('gives each of the 24 orders of 4 equally often (χ², 4 standard deviations)', () => {
    const counts = new Map<string, number>();
    for (const k of split(key(12), 24_000)) {
      const order = permutation(k, 4).data.join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(23 + 4 * Math.sqrt(46));
  });
});

describe('choice', () => {
  it('draws without replacement by default', () => {
    const drawn = choice(key(1), 100, { count: 100 }).data;
    expect(new Set(drawn).size).toBe(100);
    expect(() => choice(key(1), 3, { count: 4 })).toThrow(ValueError);
  });

  it('draws with replacement on request', () => {
    const drawn = choice(key(1), 3, { count: 3000, replace: true }).data;
    const counts = [0, 1, 2].map((value) => drawn.filter((v) => v === value).length);
    expect(chiSquare(counts)).toBeLessThan(2 + 4 * Math.sqrt(4));
  });
});
