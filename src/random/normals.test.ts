import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { key, normal } from './index.ts';
import { referenceNormals } from './reference.ts';

interface Pair {
  radius: string;
  angle: string;
  out: [number, number];
}
const { pairs } = JSON.parse(readFileSync(new URL('../../test/fixtures/normals.json', import.meta.url), 'utf8')) as {
  pairs: Pair[];
};

/** The two normals made from two 64-bit words in hexadecimal. */
function transform({ radius, angle }: Pair): [number, number] {
  const words = new Uint32Array(16);
  words[0] = parseInt(radius.slice(0, 8), 16);
  words[4] = parseInt(radius.slice(8), 16);
  words[8] = parseInt(angle.slice(0, 8), 16);
  words[12] = parseInt(angle.slice(8), 16);
  const out = new Float64Array(8);
  referenceNormals(words, out);
  return [out[0]!, out[4]!];
}

describe('the transform of words to normals', () => {
  it('is within 6 ulp of Box–Muller at 60 digits, extreme words included', () => {
    // Relative roundings in units of 2⁻⁵³, to first order: m + 1, ÷, two of the series and the last subtraction give the
    // squared radius 6 at most, √ halves that and adds 1: 4; sine or cosine 4; their product 1; a float64 of the truth 1.
    for (const pair of pairs) {
      transform(pair).forEach((value, i) => {
        const truth = pair.out[i]!;
        expect(Math.abs(value - truth), JSON.stringify(pair)).toBeLessThanOrEqual(6 * 2 ** -52 * Math.abs(truth));
      });
    }
  });

  it('reaches 9.4 standard deviations', () => {
    const most = Math.max(...pairs.flatMap((pair) => transform(pair).map(Math.abs)));
    expect(most).toBeGreaterThan(9.3);
    expect(most).toBeLessThan(Math.sqrt(128 * Math.LN2));
  });

  it('gives 0, not NaN, where the word rounds to 2⁶⁴', () => {
    expect(transform({ radius: 'ffffffffffffffff', angle: '0123456789abcdef', out: [0, 0] }).map(Math.abs)).toEqual([
      0, 0,
    ]);
  });
});

describe('a million normals', () => {
  const n = 1_000_000;
  const x = normal(key(2024), [n], { dtype: 'float64' }).data;
  const mean = (f: (value: number, index: number) => number): number =>
    x.reduce((sum, value, index) => sum + f(value, index), 0) / n;

  // Each bound is 4 standard errors of the statistic.
  it.each([
    ['mean', (v: number) => v, 0, 1],
    ['variance', (v: number) => v * v, 1, 2],
    ['third moment', (v: number) => v ** 3, 0, 15],
    ['fourth moment', (v: number) => v ** 4, 3, 96],
    ['sixth moment', (v: number) => v ** 6, 15, 10395 - 225],
  ])('have the %s of N(0, 1)', (_, f, expected, variance) => {
    expect(Math.abs(mean(f) - expected)).toBeLessThan(4 * Math.sqrt(variance / n));
  });

  it.each([1, 2, 4, 8, 12, 1024])('are uncorrelated at lag %d, squares too', (lag) => {
    const next = (index: number): number => x[(index + lag) % n]!;
    expect(Math.abs(mean((v, i) => v * next(i)))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean((v, i) => (v * v - 1) * (next(i) ** 2 - 1)))).toBeLessThan(8 / Math.sqrt(n));
  });

  it('follow the distribution function (Kolmogorov–Smirnov, level 0.001)', () => {
    const sorted = x.slice().sort();
    let distance = 0;
    sorted.forEach((value, i) => {
      const p = normalCdf(value);
      distance = Math.max(distance, (i + 1) / n - p, p - i / n);
    });
    expect(distance * Math.sqrt(n)).toBeLessThan(1.95);
  });

  it.each([
    [2, 0.04550026389635839],
    [3, 0.0026997960632601866],
    [4, 6.334248366623996e-5],
  ])('lie beyond ±%d as often as they should (4 standard errors)', (limit, p) => {
    const share = mean((v) => (Math.abs(v) > limit ? 1 : 0));
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  });
});

/** Φ to 1.5e-7 (Abramowitz and Stegun 7.1.26): far below the 1.95e-3 that the test resolves. */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * polynomial * Math.exp((-x * x) / 2);
  return x < 0 ? upper : 1 - upper;
}
