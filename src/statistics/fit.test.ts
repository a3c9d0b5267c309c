import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { evaluate } from '../engine/reference/index.ts';
import { mean } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { expectAllClose } from '../testing/index.ts';
import {
  fitIsotropicNormal,
  fitLowRankMultivariateNormal,
  fitMultivariateNormal,
  fitMultivariateNormalDiag,
  fitNormal,
} from './index.ts';

const fixture = JSON.parse(readFileSync(new URL('../../test/fixtures/statistics.json', import.meta.url), 'utf8')) as {
  points: number[][];
  weights: number[];
  covariance: number[][];
  weighted: { mean: number[]; covariance: number[][] };
  ppca: { logLikelihood: number };
  factorAnalysis: { logLikelihood: number; noise: number[] };
};
const { points, weights } = fixture;
const size = 6;
const value = (x: Tensor): NdArray => evaluate(x);
const diagonalOf = (matrix: readonly (readonly number[])[]): number[] => matrix.map((row, i) => row[i]!);

describe('maximum likelihood', () => {
  it('is the weighted mean and covariance, of means a thousand times the spread too', () => {
    const { weighted } = fixture;
    const full = fitMultivariateNormal(points, { weights });
    expectAllClose(value(full.mean), weighted.mean, { rtol: 1e-15 });
    expectAllClose(value(full.covariance), NdArray.from(weighted.covariance), { atol: 1e-13 });
    expectAllClose(value(fitMultivariateNormal(points).covariance), NdArray.from(fixture.covariance), { atol: 1e-13 });
    const variances = diagonalOf(weighted.covariance);
    expectAllClose(value(fitMultivariateNormalDiag(points, { weights }).variance), variances, { rtol: 1e-13 });
    const pooled = variances.reduce((a, b) => a + b) / size;
    expectAllClose(value(fitIsotropicNormal(points, { weights }).variance), variances.map(() => pooled), { rtol: 1e-13 }); // prettier-ignore
    const first = fitNormal(points.map((row) => row[0]!), { weights }); // prettier-ignore
    expectAllClose(value(first.variance), variances[0]!, { rtol: 1e-13 });
    expectAllClose(value(first.mean), weighted.mean[0]!, { rtol: 1e-15 });
  });

  it('takes weights as counts, and only their ratios', () => {
    const repeated = points.flatMap((row, i) => new Array<number[]>(weights[i]!).fill(row));
    const counted = value(fitMultivariateNormal(repeated).covariance);
    for (const scale of [1, 1e300, 1e-300]) {
      const scaled = fitMultivariateNormal(points, { weights: weights.map((w) => w * scale) });
      expectAllClose(value(scaled.covariance), counted, { atol: 1e-12 });
    }
  });

  it('cannot be improved: no neighbour has a higher likelihood', () => {
    const best = fitLowRankMultivariateNormal(points, { rank: 2, noise: 'diagonal' });
    const likelihood = value(mean(best.distribution.logProb(points))).item();
    expect(likelihood).toBeCloseTo(best.logLikelihood, 10);
    expect(best).toMatchObject({ converged: true });
    expect(fitLowRankMultivariateNormal(points, { rank: 2 }).logLikelihood).toBeLessThan(likelihood);
    expect(value(mean(fitMultivariateNormal(points).logProb(points))).item()).toBeGreaterThan(likelihood);
  });

  it('of low rank is what scikit-learn finds', () => {
    const ppca = fitLowRankMultivariateNormal(points, { rank: 2 });
    // scikit-learn takes n − 1 for the divisor of PCA: its likelihood is a little below the maximum.
    expect(ppca.logLikelihood).toBeGreaterThanOrEqual(fixture.ppca.logLikelihood);
    expect(ppca.logLikelihood - fixture.ppca.logLikelihood).toBeLessThan(1e-3);
    expect(value(mean(ppca.distribution.logProb(points))).item()).toBeCloseTo(ppca.logLikelihood, 10);
    const factors = fitLowRankMultivariateNormal(points, { rank: 2, noise: 'diagonal' });
    expect(factors.logLikelihood).toBeCloseTo(fixture.factorAnalysis.logLikelihood, 9);
    expectAllClose(value(factors.distribution.root.scale.variance), fixture.factorAnalysis.noise, { rtol: 1e-4 });
    const cut = fitLowRankMultivariateNormal(points, { rank: 2, noise: 'diagonal', maxIterations: 2 });
    expect(cut).toMatchObject({ converged: false, iterations: 2 });
  });

  it('of fewer examples than coordinates lives on their plane', () => {
    const fit = fitMultivariateNormal(points.slice(0, 3));
    expect(fit.rank).toBe(2);
    expect(value(fit.logProb(points[0]!)).item()).toBeGreaterThan(-20);
    expect(value(fit.logProb(points[9]!)).item()).toBe(-Infinity);
  });

  it('refuses what has no maximum or is no number', () => {
    expect(() => fitNormal([2, 2, 2])).toThrow(/fitNormal: the values do not vary/);
    expect(() => fitNormal([1, NaN])).toThrow(/entry \[1, 0\] is NaN/);
    expect(() => fitNormal([])).toThrow(/no examples/);
    expect(() => fitNormal([[1], [2]])).toThrow(/takes values \[examples\]/);
    expect(() => fitMultivariateNormalDiag([[1, 5], [2, 5]])).toThrow(/coordinate 1 does not vary/); // prettier-ignore
    expect(() => fitMultivariateNormal([1, 2])).toThrow(/takes examples \[examples, size\]/);
    expect(() => fitNormal([1, 2], { weights: [1, -1] })).toThrow(/weight 1 is -1/);
    expect(() => fitNormal([1, 2], { weights: [0, 0] })).toThrow(/all weights are 0/);
    expect(() => fitNormal([1, 2], { weights: [1] })).toThrow(/2 examples need weights \[2\], got \[1\]/);
    expect(() => fitLowRankMultivariateNormal(points, { rank: 6 })).toThrow(/from 1 to 5, got 6/);
    const plane = points.map((row) => [row[0]!, row[1]!, row[0]! + row[1]!]);
    expect(() => fitLowRankMultivariateNormal(plane, { rank: 2 })).toThrow(/lie in 2 dimensions/);
  });
});
