import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../core/normal-quantile.ts';
import { IsotropicNormal, MultivariateNormal, StandardNormal } from '../gaussian/index.ts';
import { key } from '../random/index.ts';
import { multivariateNormalCdf } from './index.ts';
import { normalCdf } from './normal-numbers.ts';

const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/statistics.json', import.meta.url), 'utf8')) as {
  boxes: { mean: number[]; covariance: number[][]; upper: number[]; lower?: number[]; value: number }[];
};
/** Correlation ρ between all of n coordinates. */
const equal = (n: number, rho: number): MultivariateNormal =>
  MultivariateNormal.fromCovariance(
    new Array<number>(n).fill(0),
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_unused, j) => (i === j ? 1 : rho))),
  );
const zeros = (n: number): number[] => new Array<number>(n).fill(0);

it('takes Φ and Φ⁻¹ to 3e-15', () => {
  const rows = JSON.parse(readFileSync(new URL('../../test/fixtures/normal-tails.json', import.meta.url), 'utf8')) as {
    z: string;
    upper?: string;
  }[];
  const near = rows.filter(({ z, upper }) => upper !== undefined && Math.abs(Number(z)) < 37.5);
  expect(near.length).toBeGreaterThan(40);
  for (const { z, upper } of near) {
    expect(Math.abs(normalCdf(-Number(z)) / Number(upper) - 1), z).toBeLessThan(3e-15);
    // Above ½ a probability is coarser than its quantile.
    if (Number(z) > 1e-10) expect(Math.abs(normalQuantile(Number(upper)) / Number(z) + 1), z).toBeLessThan(1e-14);
  }
});

describe('multivariateNormalCdf', () => {
  it('knows the orthants of two and three dimensions, and of any with correlation ½', () => {
    for (const rho of [-0.9, -0.3, 0, 0.5, 0.999]) {
      const { value, error } = multivariateNormalCdf(equal(2, rho), [0, 0], { key: key(1), absoluteTolerance: 1e-5 });
      const truth = 0.25 + Math.asin(rho) / (2 * Math.PI);
      expect(error).toBeLessThan(1e-5);
      expect(Math.abs(value - truth)).toBeLessThan(2 * error + 1e-15);
    }
    const r = [0.3, -0.2, 0.6] as const;
    const three = MultivariateNormal.fromCovariance(zeros(3), [[1, r[0], r[1]], [r[0], 1, r[2]], [r[1], r[2], 1]]); // prettier-ignore
    const found = multivariateNormalCdf(three, zeros(3), { key: key(2), absoluteTolerance: 1e-5 });
    const truth = 0.125 + r.reduce((sum, x) => sum + Math.asin(x), 0) / (4 * Math.PI);
    expect(Math.abs(found.value - truth)).toBeLessThan(2 * found.error);
    for (const n of [4, 10]) {
      const { value, error } = multivariateNormalCdf(equal(n, 0.5), zeros(n), { key: key(3), absoluteTolerance: 1e-5 });
      expect(error).toBeLessThan(1e-5);
      expect(Math.abs(value - 1 / (n + 1))).toBeLessThan(2 * error);
    }
  });

  it('agrees with scipy, boxes too', () => {
    fixture.boxes.forEach(({ mean, covariance, upper, lower, value }, i) => {
      const x = MultivariateNormal.fromCovariance(mean, covariance);
      const options = { key: key(i), absoluteTolerance: 1e-5, ...(lower && { lower }) };
      const found = multivariateNormalCdf(x, upper, options);
      expect(found.converged).toBe(true);
      expect(Math.abs(found.value - value), `box ${i}`).toBeLessThan(2 * found.error + 1e-7);
    });
  });

  it('has an error that holds: of 40 keys at least 36 are within three standard errors', () => {
    const truth = 1 / 6;
    const within = Array.from({ length: 40 }, (_, seed) =>
      multivariateNormalCdf(equal(5, 0.5), zeros(5), { key: key(seed), absoluteTolerance: 1e-3 }),
    ).filter(({ value, error }) => Math.abs(value - truth) <= error).length;
    expect(within).toBeGreaterThanOrEqual(36);
  });

  it('is a product where coordinates are independent, far out in either tail too', () => {
    const options = { key: key(0) };
    const { value } = multivariateNormalCdf(StandardNormal.ofSize(3), [-10, 0, Infinity], options);
    expect(Math.abs(value / (7.619853024160527e-24 / 2) - 1)).toBeLessThan(1e-12);
    const above = multivariateNormalCdf(StandardNormal.ofSize(2), [Infinity, Infinity], { ...options, lower: [10, 0] });
    expect(Math.abs(above.value / (7.619853024160527e-24 / 2) - 1)).toBeLessThan(1e-12);
    const one = multivariateNormalCdf(IsotropicNormal.fromVariance([1], 4), [3], options);
    expect(one).toMatchObject({ error: 0, converged: true });
    expect(one.value).toBeCloseTo(0.8413447460685429, 15);
  });

  it('takes a singular covariance: z₂ = z₁, z₂ = −z₁', () => {
    const half = multivariateNormalCdf(equal(2, 1), [0, 5], { key: key(0) });
    expect(half.value).toBeCloseTo(0.5, 12);
    const between = multivariateNormalCdf(equal(2, -1), [1, 1], { key: key(0), absoluteTolerance: 1e-3 });
    expect(Math.abs(between.value - 0.6826894921370859)).toBeLessThan(2 * between.error + 1e-6);
  });

  it('gives one result for one key, says when it stopped early, and refuses what it cannot take', () => {
    const x = equal(6, 0.3);
    const [a, b] = [1, 1].map((seed) =>
      multivariateNormalCdf(x, zeros(6), { key: key(seed), absoluteTolerance: 1e-4 }),
    );
    expect(a).toEqual(b);
    const short = multivariateNormalCdf(x, zeros(6), { key: key(1), absoluteTolerance: 1e-12, maximumPoints: 20_000 });
    expect(short.converged).toBe(false);
    expect(short.points).toBeLessThanOrEqual(20_000);
    expect(multivariateNormalCdf(x, zeros(6), { key: key(1), lower: [...zeros(5), 1] }).value).toBe(0);
    expect(() => multivariateNormalCdf(x, zeros(5), { key: key(1) })).toThrow(/upper must be \[6\], got \[5\]/);
    expect(() => multivariateNormalCdf(x, [...zeros(5), NaN], { key: key(1) })).toThrow(/NaN at \[5\]/);
  });
});
