import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { foldIn, key, normal } from '../random/index.ts';
import { fitGaussianMixture } from './fit-gaussian-mixture.ts';
import { momentsOf } from './moments.ts';

const centers = [
  [0, 0, 0],
  [9, 0, 1],
  [0, -8, 4],
];
const roots = [
  [[1, 0, 0], [0.5, 0.7, 0], [0, 0.2, 1.1]],
  [[0.4, 0, 0], [0, 1.3, 0], [-0.3, 0.1, 0.5]],
  [[1.2, 0, 0], [-0.9, 0.5, 0], [0.3, 0, 0.6]],
]; // prettier-ignore
const counts = [300, 600, 1100];

/** Points of three Gaussians that lie apart, one after the other. */
const groups = centers.map((center, k) => {
  const noise = normal(foldIn(key(1), k), [counts[k]!, 3], { dtype: 'float64' }).data;
  return Array.from({ length: counts[k]! }, (_, i) =>
    center.map((c, j) => c + roots[k]![j]!.reduce((sum, r, m) => sum + r * noise[3 * i + m]!, 0)),
  );
});
const points = NdArray.from(groups.flat(), 'float64');

describe('a Gaussian mixture by expectation-maximisation', () => {
  it('of one component is the moments of the points', () => {
    const { weights, means, scaleTrils, logLikelihoods, hasConverged } = fitGaussianMixture(points, {
      components: 1,
      regularization: 0,
    });
    const { mean, covariance } = momentsOf('test', points, {});
    expect([...weights.data]).toEqual([1]);
    means.data.forEach((value, j) => {
      expect(value).toBeCloseTo(mean[j]!, 10);
    });
    products(scaleTrils.data).forEach((value, at) => {
      expect(value).toBeCloseTo(covariance[at]!, 9);
    });
    // The mean log-density of a Gaussian at its own moments: −½ (n log 2π + log|Σ| + n).
    const logDet = 2 * [0, 4, 8].reduce((sum, at) => sum + Math.log(scaleTrils.data[at]!), 0);
    expect(logLikelihoods[0]).toBeCloseTo(-0.5 * (3 * Math.log(2 * Math.PI) + logDet + 3), 10);
    expect(hasConverged).toBe(true);
  });

  it('finds clusters that lie apart: the moments of each', () => {
    const fit = fitGaussianMixture(points, { components: 3, key: key(2), regularization: 0 });
    groups.forEach((group, k) => {
      const { mean, covariance } = momentsOf('test', NdArray.from(group, 'float64'), {});
      const distances = [0, 1, 2].map((c) =>
        mean.reduce((sum, m, j) => sum + (m - fit.means.data[3 * c + j]!) ** 2, 0),
      );
      const own = distances.indexOf(Math.min(...distances));
      expect(fit.weights.data[own]).toBeCloseTo(counts[k]! / 2000, 6);
      mean.forEach((m, j) => {
        expect(fit.means.data[3 * own + j]).toBeCloseTo(m, 5);
      });
      const found = products(fit.scaleTrils.data.slice(9 * own, 9 * own + 9));
      found.forEach((value, at) => {
        expect(value).toBeCloseTo(covariance[at]!, 5);
      });
    });
  });

  it('never loses likelihood, and stands still at the end: a round more changes nothing', () => {
    const blurred = normal(key(3), [400, 2], { dtype: 'float64' });
    blurred.data.forEach((value, at) => (blurred.data[at] = Math.sign(value) * Math.abs(value) ** 1.7));
    const options = { components: 4, key: key(4), regularization: 0, tolerance: 1e-9, mostRounds: 3000 };
    const fit = fitGaussianMixture(blurred, options);
    expect(fit.hasConverged).toBe(true);
    fit.logLikelihoods.slice(1).forEach((value, at) => {
      expect(value).toBeGreaterThanOrEqual(fit.logLikelihoods[at]! - 1e-12);
    });
    // Σₖ πₖ μₖ is the mean of the points, in every fixed point and after every M step.
    const { mean } = momentsOf('test', blurred, {});
    mean.forEach((m, j) => {
      const mixed = [0, 1, 2, 3].reduce((sum, k) => sum + fit.weights.data[k]! * fit.means.data[2 * k + j]!, 0);
      expect(mixed).toBeCloseTo(m, 10);
    });
  });

  it('takes points that coincide, and refuses what has no density', () => {
    const twice = NdArray.from([[0, 0], [0, 0], [0, 0], [5, 5], [5, 5], [5, 5]], 'float64'); // prettier-ignore
    const fit = fitGaussianMixture(twice, { components: 2 });
    expect([...fit.weights.data].map((w) => Math.round(100 * w))).toEqual([50, 50]);
    expect(fit.scaleTrils.data.every(Number.isFinite)).toBe(true);
    expect(() => fitGaussianMixture([[1, 2], [1, 2]], { components: 1 })).toThrow(/do not vary/); // prettier-ignore
    expect(() => fitGaussianMixture([[1, 2], [2, 2]], { components: 3 })).toThrow(/1 to 2 components, not 3/); // prettier-ignore
    expect(() => fitGaussianMixture([[1, NaN], [2, 2]], { components: 1 })).toThrow(/must be finite/); // prettier-ignore
  });
});

/** L Lᵀ of 3 × 3 factors. */
function products(l: ArrayLike<number>): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3];
    return [0, 1, 2].reduce((sum, k) => sum + l[3 * row + k]! * l[3 * column + k]!, 0);
  });
}
