import { describe, expect, it } from 'vitest';
import { key, normal, randint } from '../../../random/index.ts';
import {
  adjustedRandIndex,
  contingency,
  entropyOf,
  mutualInformationOf,
  normalizedMutualInformation,
} from './contingency.ts';
import { kMeans } from './k-means.ts';

describe('normalizedMutualInformation and adjustedRandIndex', () => {
  it.each([
    ['equal', [0, 0, 1, 1], [7, 7, 3, 3], 1, 1],
    // I = log 2, H = log 2 and 1½ log 2; pairs: 1 together in both, 2 and 1, of 6.
    ['one class parted', [0, 0, 1, 1], [0, 0, 1, 2], 0.8, 4 / 7],
    ['across each other', [0, 0, 1, 1], [0, 1, 0, 1], 0, -0.5],
    ['one class', [5, 5, 5], [1, 1, 1], 1, 1],
    ['one class against three', [5, 5, 5], [0, 1, 2], 0, 0],
  ])('of partitions that are %s', (_, a, b, nmi, ari) => {
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(nmi, 12);
    expect(normalizedMutualInformation(b, a)).toBeCloseTo(nmi, 12);
    expect(adjustedRandIndex(a, b)).toBeCloseTo(ari, 12);
  });

  it('the index is 0 in the mean over partitions at random, the information is not', () => {
    const draws = Array.from({ length: 300 }, (_, seed) => {
      const [a, b] = [0, 1].map((side) => randint(key(2 * seed + side), [40], { low: 0, high: 4 }).data);
      return [adjustedRandIndex(a!, b!), normalizedMutualInformation(a!, b!)] as const;
    });
    const mean = draws.reduce((sum, [ari]) => sum + ari, 0) / draws.length;
    const spread = Math.sqrt(draws.reduce((sum, [ari]) => sum + (ari - mean) ** 2, 0) / draws.length);
    expect(Math.abs(mean)).toBeLessThan((4.5 * spread) / Math.sqrt(draws.length));
    expect(Math.min(...draws.map(([, nmi]) => nmi))).toBeGreaterThan(0);
  });

  it('information is entropy for a labelling and itself', () => {
    const labels = [3, 1, 1, 2, 3, 3, 9];
    const table = contingency(labels, labels);
    expect(mutualInformationOf(table)).toBeCloseTo(entropyOf(table.rows, table.total), 12);
  });
});

describe('kMeans', () => {
  it('finds the best of all partitions of a few points', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const rows = normal(key(seed), [9, 2], { dtype: 'float64' }).data;
      const inertiaOf = (labels: (i: number) => number): number =>
        [0, 1].reduce((sum, cluster) => {
          const members = Array.from({ length: 9 }, (_, i) => i).filter((i) => labels(i) === cluster);
          return [0, 1].reduce((all, axis) => {
            const center = members.reduce((total, i) => total + rows[2 * i + axis]!, 0) / members.length;
            return all + members.reduce((total, i) => total + (rows[2 * i + axis]! - center) ** 2, 0);
          }, sum);
        }, 0);
      const best = Math.min(...Array.from({ length: 254 }, (_, k) => inertiaOf((i) => ((k + 1) >> i) & 1)).filter(Number.isFinite)); // prettier-ignore
      const { labels, inertia } = await kMeans(rows, 2, { clusters: 2, starts: 20, key: key(seed) });
      expect(inertia).toBeCloseTo(best, 10);
      expect(inertiaOf((i) => labels[i]!)).toBeCloseTo(inertia, 10);
    }
  });

  it('takes clouds that lie apart for clusters, from one start', async () => {
    const truth = Uint32Array.from({ length: 300 }, (_, i) => i % 6);
    const rows = normal(key(9), [300, 3], { dtype: 'float64' }).data.map((value, k) => value + 30 * (truth[Math.floor(k / 3)]! >> (k % 3) & 1)); // prettier-ignore
    for (let seed = 0; seed < 10; seed++) {
      const { labels } = await kMeans(rows, 3, { clusters: 6, starts: 1, key: key(seed) });
      expect(adjustedRandIndex(labels, truth), `seed ${seed}`).toBe(1);
    }
  });

  it('stands points that are equal, and fewer of them than clusters', async () => {
    const rows = Float64Array.from([1, 1, 1, 5, 5, 5]);
    const { labels, inertia } = await kMeans(rows, 1, { clusters: 3, starts: 2, key: key(1) });
    expect(inertia).toBe(0);
    expect([...labels.slice(0, 3), ...labels.slice(3)]).toEqual([...new Array<number>(3).fill(labels[0]!), ...new Array<number>(3).fill(labels[3]!)]); // prettier-ignore
    expect(labels[0]).not.toBe(labels[3]);
  });
});
