import { describe, expect, it } from 'vitest';
import { NdArray } from '../../../core/index.ts';
import { evaluate } from '../../../engine/index.ts';
import { MultivariateNormal, wasserstein2Squared } from '../../../gaussian/index.ts';
import { matmul, sqrtm, transpose } from '../../../linalg/index.ts';
import { key, normal } from '../../../random/index.ts';
import { randomMatrix, uniforms } from '../../../testing/matrices.ts';
import { multiscaleSimilarity, similarityScales, structuralSimilarity } from '../../image-quality.ts';
import { closestRows, firstMoments, frechetDistance, neighbourhoods } from '../index.ts';
import type { FirstMoments } from '../index.ts';

const moments = (mean: readonly number[], covariance: readonly (readonly number[])[]): FirstMoments => ({
  mean: Float64Array.from(mean),
  covariance: NdArray.from(covariance, 'float64'),
});

describe('frechetDistance', () => {
  it('of diagonal covariances is that of means and of standard deviations', () => {
    const a = moments([1, 2], [[4, 0], [0, 9]]); // prettier-ignore
    const b = moments([0, 4], [[1, 0], [0, 25]]); // prettier-ignore
    expect(frechetDistance(a, b)).toBeCloseTo(1 + 4 + (2 - 1) ** 2 + (3 - 5) ** 2, 12);
    expect(frechetDistance(a, a)).toBeLessThan(1e-13);
  });

  it('of lines u uᵀ and v vᵀ is ‖u‖² + ‖v‖² − 2 |uᵀv|: no rank is needed', () => {
    const line = (u: readonly number[]): FirstMoments => moments([0, 0, 0], u.map((x) => u.map((y) => x * y))); // prettier-ignore
    const [u, v] = [[1, 2, -1], [0.5, -1, 2]]; // prettier-ignore
    // uᵀv = −3.5. A rounding ε of the product has the root √ε.
    expect(frechetDistance(line(u), line(v))).toBeCloseTo(6 + 5.25 - 7, 6);
  });

  it('is the squared Wasserstein distance of the Gaussians, and what the general root of Σ₁Σ₂ says', () => {
    const random = uniforms(3);
    const make = (k: number): FirstMoments => {
      const factor = randomMatrix(random, 5, 5);
      return { mean: Float64Array.from({ length: 5 }, (_, i) => Math.sin(k + i)), covariance: matmul(factor, transpose(factor)) as NdArray<'float64'> }; // prettier-ignore
    };
    const [a, b] = [make(1), make(2)];
    const gaussian = ({ mean, covariance }: FirstMoments) => MultivariateNormal.fromCovariance(new NdArray(Float64Array.from(mean), [5]), covariance); // prettier-ignore
    const distance = frechetDistance(a, b);
    expect(distance).toBeCloseTo(evaluate(wasserstein2Squared(gaussian(a), gaussian(b))).item(), 9);
    const { real: root } = sqrtm(matmul(a.covariance, b.covariance));
    let expected = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0);
    for (let i = 0; i < 5; i++)
      expected += a.covariance.data[6 * i]! + b.covariance.data[6 * i]! - 2 * root.data[6 * i]!;
    expect(distance).toBeCloseTo(expected, 9);
  });

  it('takes mean and covariance over n − 1 of points', () => {
    const { mean, covariance } = firstMoments(NdArray.from([[1, 2], [3, 6], [5, 1]], 'float64')); // prettier-ignore
    expect([...mean]).toEqual([3, 3]);
    expect(covariance.toNested()).toEqual([[4, -1], [-1, 7]]); // prettier-ignore
  });
});

describe('neighbourhoods', () => {
  const line = (...values: number[]): NdArray => NdArray.from(values.map((value) => [value]), 'float64'); // prettier-ignore

  it('are those that are counted by hand', async () => {
    // Balls of real 0, 1, 3, 10 with k = 1 reach 1, 1, 2, 7; those of drawn 2, 2.5, 30 reach 0.5, 0.5, 27.5.
    const found = await neighbourhoods(line(0, 1, 3, 10), line(2, 2.5, 30), { neighbours: 1 });
    // 2 lies in the balls of 1 and 3, 2.5 in that of 3; 30 in none. 3 lies in that of 2.5, 10 in that of 30.
    expect(found).toEqual({ precision: 2 / 3, recall: 2 / 4, density: 3 / 3, coverage: 2 / 4 });
  });

  it('of the same distribution are high, of one that is narrower recall is low, of one elsewhere precision is', async () => {
    const points = (k: number, scale: number, shift = 0) => new NdArray(Float64Array.from(normal(key(k), [400, 2]).data, (value) => scale * value + shift), [400, 2]); // prettier-ignore
    const options = { neighbours: 3 };
    const [real, same, narrow, far] = [points(1, 1), points(2, 1), points(3, 0.1), points(4, 1, 20)] as const;
    const found = await neighbourhoods(real, same, options);
    for (const share of [found.precision, found.recall, found.coverage]) expect(share).toBeGreaterThan(0.8);
    // For equal distributions density is 1 (Naeem et al. 2020, lemma 1), coverage 1 − Π (1 − …) → 1 − 2⁻ᵏ.
    expect(Math.abs(found.density - 1)).toBeLessThan(0.1);
    expect(Math.abs(found.coverage - (1 - 2 ** -3))).toBeLessThan(4.5 * Math.sqrt((0.875 * 0.125) / 400));
    const inside = await neighbourhoods(real, narrow, options);
    expect(inside.precision).toBeGreaterThan(0.95);
    expect(inside.recall).toBeLessThan(0.2);
    expect(await neighbourhoods(real, far, options)).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });
});

describe('multiscaleSimilarity', () => {
  const image = (seed: number, height: number, width: number): Float64Array => Float64Array.from(normal(key(seed), [height * width]).data, (value) => 1 / (1 + Math.exp(-value))); // prettier-ignore

  it.each([
    [10, 1],
    [11, 1],
    [21, 1],
    [22, 2],
    [28, 2],
    [43, 2],
    [44, 3],
    [64, 3],
    [88, 4],
    [176, 5],
    [1000, 5],
  ])('of %d pixels has %d scales', (side, scales) => {
    // prettier-ignore
    expect(similarityScales({ height: side, width: side + 9 })).toBe(scales);
  });

  it('is 1 for equal images, and structural similarity where one scale fits', () => {
    const [a, b] = [image(1, 20, 15), image(2, 20, 15)];
    const size = { height: 20, width: 15, channels: 1 };
    expect(multiscaleSimilarity(a, a, size)).toBeCloseTo(1, 12);
    expect(multiscaleSimilarity(a, b, size)).toBeCloseTo(Math.max(0, structuralSimilarity(a, b, size)), 12);
  });

  it('is what the definition says, written out', () => {
    const [height, width] = [28, 25];
    const a = image(3, height, width);
    const b = image(4, height, width).map((value, k) => 0.7 * a[k]! + 0.3 * value);
    const g = (d: number): number => Math.exp(-(d * d) / 4.5);
    /** Means of l · cs and of cs over all places of the window. */
    const terms = (x: Float64Array, y: Float64Array, w: number): [number, number] => {
      const h = x.length / w;
      let [whole, part, places] = [0, 0, 0];
      for (let top = 0; top + 11 <= h; top++) {
        for (let left = 0; left + 11 <= w; left++) {
          let [weight, mx, my, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
          for (let i = 0; i < 11; i++) {
            for (let j = 0; j < 11; j++) {
              const each = g(i - 5) * g(j - 5);
              const [p, q] = [x[(top + i) * w + left + j]!, y[(top + i) * w + left + j]!];
              weight += each;
              mx += each * p;
              my += each * q;
              xx += each * p * p;
              yy += each * q * q;
              xy += each * p * q;
            }
          }
          [mx, my, xx, yy, xy] = [mx / weight, my / weight, xx / weight, yy / weight, xy / weight];
          const cs = (2 * (xy - mx * my) + 9e-4) / (xx - mx * mx + yy - my * my + 9e-4);
          whole += (cs * (2 * mx * my + 1e-4)) / (mx * mx + my * my + 1e-4);
          part += cs;
          places++;
        }
      }
      return [whole / places, part / places];
    };
    const half = (x: Float64Array): Float64Array =>
      Float64Array.from({ length: 14 * 12 }, (_, k) => {
        const at = 2 * Math.floor(k / 12) * width + 2 * (k % 12);
        return (x[at]! + x[at + 1]! + x[at + width]! + x[at + width + 1]!) / 4;
      });
    const total = 0.0448 + 0.2856;
    const expected = terms(a, b, width)[1] ** (0.0448 / total) * terms(half(a), half(b), 12)[0] ** (0.2856 / total);
    expect(multiscaleSimilarity(a, b, { height, width, channels: 1 })).toBeCloseTo(expected, 12);
    // Of channels, means: here twice the same.
    const twice = (x: Float64Array): Float64Array => Float64Array.from({ length: 2 * x.length }, (_, k) => x[k >> 1]!);
    expect(multiscaleSimilarity(twice(a), twice(b), { height, width, channels: 2 })).toBeCloseTo(expected, 12);
  });
});

describe('closestRows', () => {
  it('gives distances, and counts rows that are equal to another', async () => {
    const [rows, others] = [NdArray.from([[0, 0], [3, 4], [1, 1]]), NdArray.from([[1, 1], [0, 4], [1, 1]])]; // prettier-ignore
    const { distances, copies } = await closestRows(rows, others);
    expect([[...distances], copies]).toEqual([[Math.SQRT2, 3, 0], 1]);
  });
});
