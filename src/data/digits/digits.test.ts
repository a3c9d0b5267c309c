import { describe, expect, test } from 'vitest';
import { ValueError } from '../../core/index.ts';
import { digitFactors, digitSize, examplesOf, makeDigits } from '../index.ts';
import { drawPath, tracePath } from './pen.ts';
import { digitStyles } from './strokes.ts';

/** FNV-1a of the bytes behind the values. */
function hash(values: Float32Array): number {
  let state = 0x811c9dc5;
  for (const value of values) state = Math.imul(state ^ Math.round(value * 255), 0x01000193);
  return state >>> 0;
}

describe('makeDigits', () => {
  const digits = makeDigits({ count: 400 });
  const images = examplesOf(digits).data;
  const pixels = digitSize * digitSize;

  test('the images of a seed are fixed for good', () => {
    // A known answer of this code, no outside truth: a change here changes what every seed means.
    expect(hash(images)).toBe(2312840255);
  });

  test('example i depends on (seed, split, i) alone', () => {
    expect(examplesOf(makeDigits({ count: 7 })).data).toEqual(images.slice(0, 7 * pixels));
    expect(examplesOf(makeDigits({ count: 7, seed: 1 })).data).not.toEqual(images.slice(0, 7 * pixels));
    expect(examplesOf(makeDigits({ count: 7, split: 'test' })).data).not.toEqual(images.slice(0, 7 * pixels));
  });

  test('classes are balanced, and every style of every digit occurs', () => {
    const many = makeDigits({ count: 1000 });
    for (let digit = 0; digit < 10; digit++) {
      const own = [...many.labels!].flatMap((label, i) => (label === digit ? [i] : []));
      expect(own.length).toBe(100);
      expect(new Set(own.map((i) => many.factors!.style!.at(i))).size).toBe(digitStyles[digit]!.length);
    }
    expect(Object.keys(many.factors!)).toEqual([...digitFactors]);
  });

  test('as in MNIST: ink within the frame, its mass near the centre, of about 20 pixels', () => {
    for (let i = 0; i < digits.size; i++) {
      const image = images.subarray(i * pixels, (i + 1) * pixels);
      let [mass, sumX, sumY, top, bottom] = [0, 0, 0, digitSize, 0];
      for (let p = 0; p < pixels; p++) {
        const [x, y] = [p % digitSize, Math.floor(p / digitSize)];
        const ink = image[p]!;
        mass += ink;
        sumX += ink * x;
        sumY += ink * y;
        if (ink > 0.5) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
        if (x === 0 || y === 0 || x === digitSize - 1 || y === digitSize - 1) expect(ink).toBeLessThan(0.5);
      }
      // The pen covers what strokes share only once, so the centre of ink is near, not at, the centre of the strokes.
      expect(Math.abs(sumX / mass - 13.5), `example ${i}`).toBeLessThan(2);
      expect(Math.abs(sumY / mass - 13.5), `example ${i}`).toBeLessThan(2);
      expect(bottom - top).toBeLessThanOrEqual(23);
    }
    const mean = images.reduce((sum, value) => sum + value, 0) / images.length;
    expect(mean).toBeGreaterThan(0.08);
    expect(mean).toBeLessThan(0.16);
  });

  test('a digit is nearest to the mean of its own class: the classes are what they say', () => {
    const means = Array.from({ length: 10 }, () => new Float64Array(pixels));
    for (let i = 0; i < digits.size; i++) {
      for (let p = 0; p < pixels; p++) means[i % 10]![p]! += images[i * pixels + p]! / 40;
    }
    const test = examplesOf(makeDigits({ count: 200, split: 'test' })).data;
    let right = 0;
    for (let i = 0; i < 200; i++) {
      const distances = means.map((mean) => mean.reduce((sum, m, p) => sum + (m - test[i * pixels + p]!) ** 2, 0));
      if (distances.indexOf(Math.min(...distances)) === i % 10) right++;
    }
    // Chance is 20; means of 10,000 digits get 190. MNIST is harder (about 164).
    expect(right).toBeGreaterThan(160);
  });

  test('thickness is what the factor says: ink grows with it', () => {
    const thickness = digits.factors!.thickness!;
    const order = Array.from({ length: 400 }, (_, i) => i).sort((a, b) => thickness.at(a)! - thickness.at(b)!);
    const ink = (chosen: number[]): number =>
      chosen.reduce((sum, i) => sum + images.subarray(i * pixels, (i + 1) * pixels).reduce((a, b) => a + b), 0);
    expect(ink(order.slice(300))).toBeGreaterThan(1.5 * ink(order.slice(0, 100)));
  });

  test('refuses counts that are none', () => {
    for (const count of [0, -1, 1.5, NaN, 1e9]) expect(() => makeDigits({ count })).toThrow(ValueError);
  });
});

describe('the pen', () => {
  test('passes through its points, and turns at corners only', () => {
    const stroke = [
      [0, 0],
      [1, 0, 1],
      [1, 1],
      [2, 1],
    ] as const;
    const { pieces, count } = tracePath([stroke], 1);
    const ends = Array.from({ length: count }, (_, k) => [pieces[k * 6 + 3]!, pieces[k * 6 + 4]!]);
    for (const [k, [x, y]] of stroke.slice(1).entries()) expect(ends[6 * (k + 1) - 1]).toEqual([x, y]);
    // The span before a corner after a start has no neighbours: it is straight.
    for (const [, y] of ends.slice(0, 6)) expect(y).toBeCloseTo(0, 12);
  });

  test('a straight line covers its area, and its edge is soft', () => {
    const out = new Uint8Array(20 * 20);
    const pieces = Float64Array.of(5, 10, 2, 15, 10, 2);
    drawPath({ pieces, count: 1 }, 20, out);
    // A stadium of length 10 and radius 2 has the area 40 + 4π; soft edges are symmetric, corners cost little.
    const area = out.reduce((sum, value) => sum + value / 255, 0);
    expect(Math.abs(area - (40 + 4 * Math.PI))).toBeLessThan(1.5);
    expect(out[10 * 20 + 10]).toBe(255);
    expect(out[6 * 20 + 10]).toBe(0);
    // Pixel centres 0.5 beyond the edge at 12 get less than half, those 0.5 within it the rest: a symmetric ramp.
    expect(out[12 * 20 + 10]! + out[11 * 20 + 10]!).toBe(255);
  });

  test('ink beyond the image is cut off', () => {
    const out = new Uint8Array(4 * 4);
    drawPath({ pieces: Float64Array.of(-9, 2, 1, 13, 2, 1), count: 1 }, 4, out);
    expect([...out.subarray(4, 8)].every((value) => value > 0)).toBe(true);
    const before = out.slice();
    drawPath({ pieces: Float64Array.of(-9, -9, 1, -8, -8, 1), count: 1 }, 4, out);
    expect(out).toEqual(before);
  });
});
