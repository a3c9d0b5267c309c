import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../../core/normal-quantile.ts';
import { tableOf } from '../../io/index.ts';
import { key, normal } from '../../random/index.ts';
import { encoderOf, repeat } from '../../testing/tables.ts';
import type { SchemaOverrides } from '../index.ts';
import { applyTransform, fitQuantile, fitStandard, fitTransform, undoTransform } from './transforms.ts';

describe('transforms', () => {
  test('the normal quantile is the inverse of Φ', () => {
    // Φ(1.959963984540054) = 0.975 and Φ(−6.361340902404056) = 10⁻¹⁰ (scipy.stats.norm.ppf).
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
    expect(normalQuantile(0.5)).toBe(0);
    for (const p of [0.01, 0.2, 0.45]) expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 13);
  });

  test('standard: zero mean and unit variance, whatever the scale', () => {
    for (const scale of [1e-200, 1, 1e200]) {
      const fitted = fitStandard([1, 2, 3, 6].map((x) => x * scale));
      const z = [1, 2, 3, 6].map((x) => applyTransform(fitted, x * scale));
      expect(z.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
      expect(z.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 12);
    }
    expect(fitStandard([5, 5])).toMatchObject({ mean: 5, stddev: 1 });
  });

  test('quantile: a skewed column becomes normal scores, and comes back', () => {
    const values = Array.from({ length: 2000 }, (_, i) => Math.exp(normalQuantile((i + 0.5) / 2000) * 2));
    const fitted = fitQuantile(values);
    const z = values.map((x) => applyTransform(fitted, x));
    for (const [i, score] of z.entries()) {
      // Linear between 129 quantiles: near to the score of its rank, but for the ends.
      if (i > 100 && i < 1900) expect(Math.abs(score - normalQuantile((i + 0.5) / 2000))).toBeLessThan(0.05);
      expect(undoTransform(fitted, score) / values[i]!).toBeCloseTo(1, 9);
    }
    for (let i = 1; i < z.length; i++) expect(z[i]!).toBeGreaterThan(z[i - 1]!);
    // Outliers stay outliers.
    expect(applyTransform(fitted, values.at(-1)! * 2)).toBeGreaterThan(z.at(-1)! + 0.5);
  });

  test('quantile: a repeated value is a step, and all its scores come back to it', () => {
    const values = [...repeat(60, 0), ...Array.from({ length: 40 }, (_, i) => i + 1)] as number[];
    const fitted = fitQuantile(values);
    expect(applyTransform(fitted, 0)).toBeCloseTo((normalQuantile(0.5 / 100) + normalQuantile(59.5 / 100)) / 2, 9);
    for (const z of [-2, -1, 0, 0.2]) expect(undoTransform(fitted, z)).toBe(0);
    expect(fitQuantile([3, 3, 3]).name).toBe('standard');
  });
});

describe('the transform that a column gets', () => {
  const normals = (n: number): number[] => [...normal(key(3), [n], { dtype: 'float64' }).data];

  test.each<[string, (z: number, i: number) => number]>([
    ['normal', (z) => 1e6 + 0.1 * z],
    ['skewed', (z) => Math.exp(0.7 * z)],
    ['with two modes', (z, i) => z + 5 * (i % 2)],
    ['zero in most rows', (z) => Math.max(0, z - 1)],
    ['of few values', (z) => Math.round(z)],
    ['with anomalies among them', (z, i) => (i % 20 === 0 ? z + 6 : z)],
    ['all the same', () => 3],
  ])('is standard for numbers that are %s', (_, f) => {
    expect(fitTransform(normals(500).map(f)).name).toBe('standard');
  });

  test.each<[string, (z: number, i: number) => number]>([
    ['a long tail', (z) => Math.exp(1.5 * z)],
    ['a long tail beside many zeros', (z, i) => (i % 3 === 0 ? Math.exp(2 * z) : 0)],
    ['far outliers', (z, i) => (i % 100 === 0 ? 1000 * z : z)],
  ])('is quantile for %s', (_, f) => {
    expect(fitTransform(normals(500).map(f)).name).toBe('quantile');
  });

  test('is recorded, and can be said', () => {
    const table = tableOf({ x: normals(300).map((z) => Math.exp(2 * z)) });
    const transforms = (overrides?: SchemaOverrides) =>
      encoderOf(table, overrides).state.columns.map((column) => 'transform' in column && column.transform.name);
    expect(transforms()).toEqual(['quantile']);
    expect(transforms({ x: { transform: 'standard' } })).toEqual(['standard']);
    expect(transforms({ x: 'numeric' })).toEqual(['quantile']);
  });

  test('keeps a long tail to its end', () => {
    const values = normals(5000).map((z) => Math.exp(2 * z));
    const fitted = fitQuantile(values);
    expect(fitted.name === 'quantile' && fitted.x.length).toBeLessThan(150);
    const sorted = values.toSorted((a, b) => a - b);
    for (const i of [0, 1, 3, 4996, 4998, 4999]) {
      expect(undoTransform(fitted, normalQuantile((i + 0.5) / 5000)) / sorted[i]!).toBeCloseTo(1, 9);
    }
  });
});
