import { describe, expect, it } from 'vitest';
import { NdArray, ShapeError, ValueError } from '../core/index.ts';
import { key, normal, randint } from '../random/index.ts';
import { linearProbe, nearestNeighbourAccuracy, principalAxes, project } from './index.ts';
import { minimize } from '../data/index.ts';

/** Clouds around the corners of a simplex, `spread` wide. */
function clouds(seed: number, { n = 60, size = 4, classes = 3, spread = 0.5 } = {}) {
  const labels = Array.from(randint(key(seed), [n], { low: 0, high: classes }).data);
  const noise = normal(key(100 + seed), [n, size], { dtype: 'float64' });
  const data = noise.data.map((value, k) => spread * value + (labels[Math.floor(k / size)] === k % size ? 2 : 0));
  return { codes: new NdArray(data, [n, size]), labels };
}

/** All distances sorted, votes counted, ties to the label whose first neighbour is nearest. */
function bruteForceNeighbours(train: ReturnType<typeof clouds>, test: ReturnType<typeof clouds>, k: number): number {
  const size = train.codes.shape[1]!;
  const row = ({ codes }: typeof train, r: number): number[] => Array.from(codes.data.slice(r * size, (r + 1) * size));
  const right = test.labels.filter((label, r) => {
    const near = train.labels
      .map((other, t) => ({ other, t, d: row(test, r).reduce((s, v, i) => s + (v - row(train, t)[i]!) ** 2, 0) }))
      .sort((a, b) => a.d - b.d || a.t - b.t)
      .slice(0, k)
      .map(({ other }) => other);
    const counts = near.map((candidate) => near.filter((other) => other === candidate).length);
    return near[counts.indexOf(Math.max(...counts))] === label;
  });
  return right.length / test.labels.length;
}

describe('nearestNeighbourAccuracy', () => {
  it('agrees with brute force, ties included', () => {
    for (const neighbours of [1, 2, 5, 8]) {
      const [train, test] = [clouds(1, { spread: 1.5 }), clouds(2, { spread: 1.5 })];
      const expected = bruteForceNeighbours(train, test, neighbours);
      expect(nearestNeighbourAccuracy(train, test, { neighbours })).toBe(expected);
      expect(expected).toBeGreaterThan(0.4);
      expect(expected).toBeLessThan(1);
    }
    // Whole numbers: many neighbours are equally near.
    const lattice = (seed: number) => ({
      codes: randint(key(seed), [40, 2], { low: 0, high: 3 }),
      labels: Array.from(randint(key(seed + 1), [40], { low: 0, high: 2 }).data),
    });
    const [a, b] = [lattice(5), lattice(7)] as unknown as ReturnType<typeof clouds>[];
    expect(nearestNeighbourAccuracy(a!, b!, { neighbours: 3 })).toBe(bruteForceNeighbours(a!, b!, 3));
  });

  it('refuses what does not fit', () => {
    const train = clouds(1);
    expect(() => nearestNeighbourAccuracy(train, train, { neighbours: 61 })).toThrow(ValueError);
    expect(() => nearestNeighbourAccuracy(train, { ...train, labels: [1] })).toThrow(ShapeError);
    expect(() => nearestNeighbourAccuracy(train, clouds(1, { size: 5 }))).toThrow(/\[n, 4\]/);
  });
});

describe('linearProbe', () => {
  it('separates what a line separates and nothing else', () => {
    expect(linearProbe(clouds(1, { spread: 0.2 }), clouds(2, { spread: 0.2 }))).toEqual({
      accuracy: 1,
      trainingAccuracy: 1,
    });
    const xor = { codes: NdArray.from([[0, 0], [0, 1], [1, 0], [1, 1]]), labels: [0, 1, 1, 0] }; // prettier-ignore
    expect(linearProbe(xor, xor).accuracy).toBeLessThanOrEqual(0.75);
  });

  it('comes near the best possible rule for two normal clouds', () => {
    // N(±1, 1) on the first of two axes: the best accuracy is Φ(1) = 0.8413, ±0.0037 a standard error of 10,000.
    const draw = (seed: number) => {
      const labels = Array.from(randint(key(seed), [10_000], { low: 0, high: 2 }).data);
      const noise = normal(key(seed + 50), [10_000, 2], { dtype: 'float64' });
      const data = noise.data.map((v, k) => (k % 2 === 0 ? v + (labels[k / 2] === 1 ? 1 : -1) : v));
      return { codes: new NdArray(data, [10_000, 2]), labels };
    };
    const { accuracy } = linearProbe(draw(3), draw(4));
    expect(Math.abs(accuracy - 0.8413)).toBeLessThan(4 * 0.0037);
  });

  it('does not mind scales, and refuses one class', () => {
    const [train, test] = [clouds(1, { spread: 1 }), clouds(2, { spread: 1 })];
    const scaled = ({ codes, labels }: typeof train) => ({
      codes: new NdArray(codes.data.map((value, k) => value * 10 ** (k % 4) + 7), codes.shape), // prettier-ignore
      labels,
    });
    expect(linearProbe(scaled(train), scaled(test))).toEqual(linearProbe(train, test));
    expect(() => linearProbe({ ...train, labels: train.labels.map(() => 3) }, test)).toThrow(/all 3/);
  });
});

describe('minimize', () => {
  it('solves a badly scaled quadratic', () => {
    const scales = [1, 10, 1000, 0.01];
    const { point, slope } = minimize((x, gradient) => {
      scales.forEach((scale, k) => (gradient[k] = scale * (x[k]! - k)));
      return scales.reduce((sum, scale, k) => sum + 0.5 * scale * (x[k]! - k) ** 2, 0);
    }, new Float64Array(4));
    expect(slope).toBeLessThan(1e-6);
    scales.forEach((scale, k) => {
      expect(Math.abs(point[k]! - k)).toBeLessThan(1e-6 / scale);
    });
  });
});

describe('principalAxes', () => {
  it('finds the axes of points that lie on them', () => {
    const points = NdArray.from([[4, 3], [-4, -3], [0.6, -0.8], [-0.6, 0.8]].map(([x = 0, y = 0]) => [x + 10, y - 2])); // prettier-ignore
    const { mean, axes, variances, explained } = principalAxes(points, 2);
    expect(Array.from(mean)).toEqual([10, -2]);
    [0.8, 0.6, -0.6, 0.8].forEach((entry, k) => {
      expect(axes.data[k]).toBeCloseTo(entry, 12);
    });
    expect(variances[0]).toBeCloseTo(12.5, 12);
    expect(explained[1]).toBeCloseTo(0.5 / 13, 12);
    const coordinates = project(points, { mean, axes });
    [5, 0, -5, 0, 0, -1, 0, 1].forEach((entry, k) => {
      expect(coordinates.data[k]).toBeCloseTo(entry, 12);
    });
  });

  it('refuses what are no points', () => {
    for (const shape of [[3], [0, 2], [2, 0], [2, 2, 2]]) {
      expect(() => principalAxes(NdArray.zeros(shape, 'float64'), 2)).toThrow(ShapeError);
    }
  });

  it('takes points that do not vary, and one coordinate', () => {
    expect(Array.from(principalAxes(NdArray.from([[1, 1], [1, 1]]), 2).explained)).toEqual([0, 0]); // prettier-ignore
    expect(principalAxes(NdArray.from([[1], [3]]), 2).axes.toNested()).toEqual([[1]]);
  });
});
